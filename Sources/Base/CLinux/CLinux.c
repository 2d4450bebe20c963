#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int64_t result(int64_t value) { return value < 0 ? -errno : value; }

// MARK: epoll

// What Epoll.Readiness writes down.
_Static_assert(EPOLLIN == 0x001 && EPOLLOUT == 0x004 && EPOLLERR == 0x008 && EPOLLHUP == 0x010 &&
                   EPOLLRDHUP == 0x2000,
               "epoll's bits");

int clinux_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return result(epoll_ctl(epoll, operation, fd, &event));
}

int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t data) {
  return control(epoll, EPOLL_CTL_ADD, fd, events, data);
}

int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t data) {
  return control(epoll, EPOLL_CTL_MOD, fd, events, data);
}

int clinux_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds) {
  struct epoll_event buffer[256];
  if (count > 256) count = 256;
  int ready = epoll_wait(epoll, buffer, count, milliseconds);
  if (ready < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < ready; i++) {
    events[i].data = buffer[i].data.u64;
    events[i].events = buffer[i].events;
  }
  return ready;
}

// MARK: event, timer, signal and process descriptors

int clinux_eventfd(int nonblocking, int semaphore) {
  int flags = (nonblocking ? EFD_NONBLOCK : 0) | (semaphore ? EFD_SEMAPHORE : 0);
  return result(eventfd(0, EFD_CLOEXEC | flags));
}

int clinux_eventfd_signal(int fd) {
  uint64_t one = 1;
  return write(fd, &one, sizeof one) < 0 ? -errno : 0;
}

int64_t clinux_eventfd_take(int fd) {
  uint64_t value = 0;
  for (;;) {
    if (read(fd, &value, sizeof value) >= 0) return (int64_t)value;
    if (errno != EINTR) return -errno;
  }
}

int clinux_timerfd(void) {
  return result(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

int clinux_timerfd_arm(int fd, int64_t nanoseconds) {
  struct itimerspec spec = {
      .it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
  return result(timerfd_settime(fd, 0, &spec, NULL));
}

static void signal_set(uint64_t mask, sigset_t *set) {
  sigemptyset(set);
  for (int number = 1; number <= 64; number++) {
    if (mask >> (number - 1) & 1) sigaddset(set, number);
  }
}

int clinux_signals_block(uint64_t mask) {
  sigset_t set;
  signal_set(mask, &set);
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int clinux_signalfd(uint64_t mask) {
  sigset_t set;
  signal_set(mask, &set);
  return result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int clinux_signalfd_take(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) < 0 ? -errno : (int)info.ssi_signo;
}

void clinux_signal_ignore(int number) { signal(number, SIG_IGN); }

int clinux_raise(int number) { return raise(number) == 0 ? 0 : -EINVAL; }

int clinux_pidfd_open(int pid) { return result(syscall(SYS_pidfd_open, pid, 0)); }

int clinux_pidfd_signal(int pidfd, int number) {
  return result(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
}

int clinux_kill(int pid, int number) { return result(kill(pid, number)); }

// MARK: sockets

union any_address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_storage storage;
};

static socklen_t to_system(const struct clinux_address *from, union any_address *to) {
  memset(to, 0, sizeof *to);
  if (from->family == 6) {
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = htons(from->port);
    to->v6.sin6_scope_id = from->scope;
    memcpy(&to->v6.sin6_addr, from->bytes, 16);
    return sizeof to->v6;
  }
  to->v4.sin_family = AF_INET;
  to->v4.sin_port = htons(from->port);
  memcpy(&to->v4.sin_addr, from->bytes, 4);
  return sizeof to->v4;
}

static int from_system(const union any_address *from, struct clinux_address *to) {
  memset(to, 0, sizeof *to);
  if (from->any.sa_family == AF_INET6) {
    to->family = 6;
    to->port = ntohs(from->v6.sin6_port);
    to->scope = from->v6.sin6_scope_id;
    memcpy(to->bytes, &from->v6.sin6_addr, 16);
    return 0;
  }
  if (from->any.sa_family == AF_INET) {
    to->family = 4;
    to->port = ntohs(from->v4.sin_port);
    memcpy(to->bytes, &from->v4.sin_addr, 4);
    return 0;
  }
  return -EAFNOSUPPORT;
}

int clinux_socket(int family) {
  int domain = family == 6 ? AF_INET6 : AF_INET;
  return result(socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int clinux_bind(int fd, const struct clinux_address *address) {
  union any_address system;
  socklen_t length = to_system(address, &system);
  return result(bind(fd, &system.any, length));
}

int clinux_listen(int fd, int backlog) { return result(listen(fd, backlog)); }

int clinux_connect(int fd, const struct clinux_address *address) {
  union any_address system;
  socklen_t length = to_system(address, &system);
  return result(connect(fd, &system.any, length));
}

int clinux_accept(int fd, struct clinux_address *peer) {
  union any_address system;
  socklen_t length = sizeof system;
  int accepted = accept4(fd, &system.any, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) return -errno;
  from_system(&system, peer);
  return accepted;
}

int clinux_local_address(int fd, struct clinux_address *address) {
  union any_address system;
  socklen_t length = sizeof system;
  if (getsockname(fd, &system.any, &length) < 0) return -errno;
  return from_system(&system, address);
}

int clinux_peer_address(int fd, struct clinux_address *address) {
  union any_address system;
  socklen_t length = sizeof system;
  if (getpeername(fd, &system.any, &length) < 0) return -errno;
  return from_system(&system, address);
}

int clinux_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return -error;
}

static int set_option(int fd, int level, int option, int value) {
  return result(setsockopt(fd, level, option, &value, sizeof value));
}

int clinux_reuse_address(int fd) { return set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); }

int clinux_v6_only(int fd) { return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1); }

int clinux_no_delay(int fd) { return set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

int clinux_keep_alive(int fd, int idle_seconds, int interval_seconds, int probes) {
  int answer = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (answer == 0) answer = set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds);
  if (answer == 0) answer = set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval_seconds);
  if (answer == 0) answer = set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, probes);
  return answer;
}

int clinux_shutdown_write(int fd) { return result(shutdown(fd, SHUT_WR)); }

int64_t clinux_send(int fd, const void *bytes, size_t count) {
  for (;;) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno != EINTR) return -errno;
  }
}

int64_t clinux_receive(int fd, void *bytes, size_t count) {
  for (;;) {
    ssize_t received = recv(fd, bytes, count, 0);
    if (received >= 0) return received;
    if (errno != EINTR) return -errno;
  }
}

int clinux_resolve(const char *host, struct clinux_address *addresses, int count) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  int code = getaddrinfo(host, NULL, &hints, &list);
  if (code != 0) return -10000 - (code < 0 ? -code : code);
  int found = 0;
  for (struct addrinfo *info = list; info != NULL && found < count; info = info->ai_next) {
    if (info->ai_addrlen > sizeof(union any_address)) continue;
    union any_address system;
    memset(&system, 0, sizeof system);
    memcpy(&system, info->ai_addr, info->ai_addrlen);
    if (from_system(&system, &addresses[found]) == 0) found++;
  }
  freeaddrinfo(list);
  return found;
}

const char *clinux_resolve_message(int code) { return gai_strerror(-code); }

// MARK: files

const int clinux_at_cwd = AT_FDCWD;

int clinux_open(int folder, const char *path, int flags, uint32_t mode) {
  int system = O_CLOEXEC;
  if ((flags & CLINUX_READ) && (flags & CLINUX_WRITE)) {
    system |= O_RDWR;
  } else if (flags & CLINUX_WRITE) {
    system |= O_WRONLY;
  }
  if (flags & CLINUX_CREATE) system |= O_CREAT;
  if (flags & CLINUX_TRUNCATE) system |= O_TRUNC;
  if (flags & CLINUX_APPEND) system |= O_APPEND;
  if (flags & CLINUX_EXCLUSIVE) system |= O_EXCL;
  if (flags & CLINUX_FOLDER) system |= O_DIRECTORY;
  if (flags & CLINUX_NONBLOCKING) system |= O_NONBLOCK;
  if (flags & CLINUX_NO_FOLLOW) system |= O_NOFOLLOW;
  for (;;) {
    int fd = openat(folder, path, system, mode);
    if (fd >= 0) return fd;
    if (errno != EINTR) return -errno;
  }
}

int clinux_close(int fd) { return result(close(fd)); }

#define RETRY(call)                    \
  for (;;) {                           \
    ssize_t done = (call);             \
    if (done >= 0) return done;        \
    if (errno != EINTR) return -errno; \
  }

int64_t clinux_read(int fd, void *bytes, size_t count) { RETRY(read(fd, bytes, count)) }

int64_t clinux_write(int fd, const void *bytes, size_t count) { RETRY(write(fd, bytes, count)) }

int64_t clinux_pread(int fd, void *bytes, size_t count, int64_t offset) {
  RETRY(pread(fd, bytes, count, offset))
}

int64_t clinux_pwrite(int fd, const void *bytes, size_t count, int64_t offset) {
  RETRY(pwrite(fd, bytes, count, offset))
}

int clinux_fsync(int fd) { return result(fsync(fd)); }

int clinux_fdatasync(int fd) { return result(fdatasync(fd)); }

int clinux_allocate(int fd, int64_t offset, int64_t length) {
  RETRY(fallocate(fd, 0, offset, length))
}

int clinux_truncate(int fd, int64_t length) { RETRY(ftruncate(fd, length)) }

int clinux_rename(int folder, const char *from, const char *to) {
  return result(renameat(folder, from, folder, to));
}

int clinux_unlink(int folder, const char *path, int is_folder) {
  return result(unlinkat(folder, path, is_folder ? AT_REMOVEDIR : 0));
}

int clinux_mkdir(int folder, const char *path, uint32_t mode) {
  return result(mkdirat(folder, path, mode));
}

int clinux_symlink(const char *target, int folder, const char *path) {
  return result(symlinkat(target, folder, path));
}

int64_t clinux_readlink(int folder, const char *path, char *buffer, size_t count) {
  return result(readlinkat(folder, path, buffer, count));
}

int clinux_chmod(int folder, const char *path, uint32_t mode) {
  return result(fchmodat(folder, path, mode, 0));
}

int clinux_pipe(int fds[2]) { return result(pipe2(fds, O_CLOEXEC)); }

int clinux_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -errno : (int)result(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

int clinux_set_close_on_exec(int fd, int on) {
  return result(fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0));
}

int clinux_duplicate(int fd) { return result(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

int clinux_lock(int fd, int exclusive, int wait) {
  int operation = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB);
  for (;;) {
    if (flock(fd, operation) == 0) return 1;
    if (errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -errno;
  }
}

int clinux_unlock(int fd) { return result(flock(fd, LOCK_UN)); }

static void to_status(const struct stat *from, struct clinux_status *to) {
  to->kind = S_ISREG(from->st_mode)   ? CLINUX_KIND_FILE
             : S_ISDIR(from->st_mode) ? CLINUX_KIND_FOLDER
             : S_ISLNK(from->st_mode) ? CLINUX_KIND_LINK
                                      : CLINUX_KIND_OTHER;
  to->mode = from->st_mode & 07777;
  to->uid = from->st_uid;
  to->device = from->st_dev;
  to->inode = from->st_ino;
  to->size = from->st_size;
  to->allocated_bytes = (uint64_t)from->st_blocks * 512;
  to->modified_nanoseconds = from->st_mtim.tv_sec * 1000000000ll + from->st_mtim.tv_nsec;
}

int clinux_status(int folder, const char *path, int follow, struct clinux_status *status) {
  struct stat system;
  if (fstatat(folder, path, &system, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return -errno;
  to_status(&system, status);
  return 0;
}

int clinux_fstatus(int fd, struct clinux_status *status) {
  struct stat system;
  if (fstat(fd, &system) < 0) return -errno;
  to_status(&system, status);
  return 0;
}

int clinux_space(const char *path, struct clinux_space *space) {
  struct statfs system;
  if (statfs(path, &system) < 0) return -errno;
  space->total_bytes = (uint64_t)system.f_blocks * system.f_frsize;
  space->available_bytes = (uint64_t)system.f_bavail * system.f_frsize;
  space->filesystem = (uint64_t)system.f_type;
  return 0;
}

int clinux_map(int fd, size_t count, void **start) {
  *start = mmap(NULL, count, PROT_READ, MAP_PRIVATE, fd, 0);
  return *start == MAP_FAILED ? -errno : 0;
}

int clinux_unmap(const void *start, size_t count) { return (int)result(munmap((void *)start, count)); }

int clinux_release_pages(const void *start, size_t count) {
  return (int)result(madvise((void *)start, count, MADV_DONTNEED));
}

int clinux_list(int folder, const char *path, void *context,
                void (*visit)(void *context, const char *name)) {
  int fd = clinux_open(folder, path, CLINUX_READ | CLINUX_FOLDER, 0);
  if (fd < 0) return fd;
  DIR *stream = fdopendir(fd);
  if (stream == NULL) {
    int error = errno;
    close(fd);
    return -error;
  }
  errno = 0;
  for (struct dirent *entry; (entry = readdir(stream)) != NULL; errno = 0) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      visit(context, entry->d_name);
    }
  }
  int error = errno;
  closedir(stream);
  return -error;
}

// MARK: time, memory, the machine

static int64_t clock_nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int64_t clinux_monotonic_nanoseconds(void) { return clock_nanoseconds(CLOCK_MONOTONIC); }
int64_t clinux_wall_nanoseconds(void) { return clock_nanoseconds(CLOCK_REALTIME); }
int64_t clinux_thread_cpu_nanoseconds(void) { return clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
int64_t clinux_process_cpu_nanoseconds(void) { return clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
int clinux_clock_ticks_per_second(void) { return (int)sysconf(_SC_CLK_TCK); }
int clinux_page_bytes(void) { return (int)sysconf(_SC_PAGESIZE); }

int clinux_heap_bound(int map_bytes, int arenas) {
  return mallopt(M_MMAP_THRESHOLD, map_bytes) == 1 && mallopt(M_ARENA_MAX, arenas) == 1;
}

int clinux_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0) return (int)sysconf(_SC_NPROCESSORS_ONLN);
  return CPU_COUNT(&set);
}

int clinux_random(void *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t got = getrandom((char *)bytes + done, count - done, 0);
    if (got >= 0) {
      done += got;
    } else if (errno != EINTR) {
      return -errno;
    }
  }
  return 0;
}

int clinux_thread_id(void) { return (int)syscall(SYS_gettid); }

uint64_t clinux_thread_token(void) {
  static __thread char token;
  return (uint64_t)(uintptr_t)&token;
}

int clinux_process_id(void) { return getpid(); }

uint32_t clinux_user_id(void) { return geteuid(); }

void clinux_exit(int code) { _exit(code); }

void clinux_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int clinux_is_terminal(int fd) { return isatty(fd); }

int clinux_terminal_columns(int fd) {
  struct winsize size;
  return ioctl(fd, TIOCGWINSZ, &size) < 0 ? -errno : size.ws_col;
}

int clinux_host_name(char *buffer, size_t count) {
  if (gethostname(buffer, count) < 0) return -errno;
  buffer[count - 1] = 0;
  return 0;
}

char *const *clinux_environment(void) { return environ; }

void clinux_error_text(int number, char *buffer, size_t count) {
  const char *text = strerror_r(number, buffer, count);
  if (text != buffer) {
    strncpy(buffer, text, count - 1);
    buffer[count - 1] = 0;
  }
}

// MARK: threads

struct thread_start {
  void *context;
  void (*body)(void *);
};

static void *run_thread(void *argument) {
  struct thread_start start = *(struct thread_start *)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

int clinux_thread_start(void *context, void (*body)(void *context)) {
  struct thread_start *start = malloc(sizeof *start);
  if (start == NULL) return -ENOMEM;
  *start = (struct thread_start){.context = context, .body = body};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, run_thread, start);
  pthread_attr_destroy(&attributes);
  if (error != 0) free(start);
  return -error;
}
