// What Swift cannot reach in the kernel's interface: macros, variadic calls, packed structures and
// the path between fork and exec, where only async-signal-safe C may run.
//
// Every call answers a non-negative value, or a negated errno.

#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// epoll

struct clinux_event {
  uint64_t data;
  uint32_t events;
};

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t data);
int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t data);
int clinux_epoll_remove(int epoll, int fd);
// At most 256 events a call; EINTR counts as no event.
int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds);

// Event, timer, signal and process descriptors

// A semaphore's `take` lowers the counter by one instead of resetting it.
int clinux_eventfd(int nonblocking, int semaphore);
int clinux_eventfd_signal(int fd);
// The counter's value, which becomes 0; blocks where the descriptor does.
int64_t clinux_eventfd_take(int fd);
int clinux_timerfd(void);
// Fires once after `nanoseconds`; 0 disarms.
int clinux_timerfd_arm(int fd, int64_t nanoseconds);
// Blocks the signals (1...64 as bits 0...63) in the calling thread and those it starts.
int clinux_signals_block(uint64_t mask);
int clinux_signalfd(uint64_t mask);
// The number of a pending signal, or -EAGAIN.
int clinux_signalfd_take(int fd);
void clinux_signal_ignore(int number);
// To the calling thread.
int clinux_raise(int number);
int clinux_pidfd_open(int pid);
int clinux_pidfd_signal(int pidfd, int number);
int clinux_kill(int pid, int number);

// Sockets. An address is a family (4 or 6), 16 bytes of which IPv4 uses 4, a port and a scope.

struct clinux_address {
  int family;
  uint8_t bytes[16];
  uint16_t port;
  uint32_t scope;
};

int clinux_socket(int family);
int clinux_bind(int fd, const struct clinux_address *address);
int clinux_listen(int fd, int backlog);
int clinux_connect(int fd, const struct clinux_address *address);
int clinux_accept(int fd, struct clinux_address *peer);
int clinux_local_address(int fd, struct clinux_address *address);
int clinux_peer_address(int fd, struct clinux_address *address);
int clinux_socket_error(int fd);
int clinux_reuse_address(int fd);
int clinux_v6_only(int fd);
int clinux_no_delay(int fd);
int clinux_keep_alive(int fd, int idle_seconds, int interval_seconds, int probes);
int clinux_shutdown_write(int fd);
// Writes without SIGPIPE.
int64_t clinux_send(int fd, const void *bytes, size_t count);
int64_t clinux_receive(int fd, void *bytes, size_t count);
// Blocking; at most `count` addresses, in getaddrinfo's order. A getaddrinfo failure is -10000 - code.
int clinux_resolve(const char *host, struct clinux_address *addresses, int count);
const char *clinux_resolve_message(int code);

// Files; every descriptor is close-on-exec, every path is relative to `folder` (or to the working
// directory where it is clinux_at_cwd).

extern const int clinux_at_cwd;

enum {
  CLINUX_READ = 1,
  CLINUX_WRITE = 2,
  CLINUX_CREATE = 4,
  CLINUX_TRUNCATE = 8,
  CLINUX_APPEND = 16,
  CLINUX_EXCLUSIVE = 32,
  CLINUX_FOLDER = 64,
  CLINUX_NONBLOCKING = 128,
  CLINUX_NO_FOLLOW = 256,
};

int clinux_open(int folder, const char *path, int flags, uint32_t mode);
int clinux_close(int fd);
int64_t clinux_read(int fd, void *bytes, size_t count);
int64_t clinux_write(int fd, const void *bytes, size_t count);
int64_t clinux_pread(int fd, void *bytes, size_t count, int64_t offset);
int64_t clinux_pwrite(int fd, const void *bytes, size_t count, int64_t offset);
int clinux_fsync(int fd);
int clinux_fdatasync(int fd);
int clinux_allocate(int fd, int64_t offset, int64_t length);
int clinux_truncate(int fd, int64_t length);
int clinux_rename(int folder, const char *from, const char *to);
int clinux_unlink(int folder, const char *path, int is_folder);
int clinux_mkdir(int folder, const char *path, uint32_t mode);
int clinux_symlink(const char *target, int folder, const char *path);
int64_t clinux_readlink(int folder, const char *path, char *buffer, size_t count);
int clinux_chmod(int folder, const char *path, uint32_t mode);
int clinux_pipe(int fds[2]);
int clinux_nonblocking(int fd);
int clinux_set_close_on_exec(int fd, int on);
int clinux_duplicate(int fd);
// 1 where the lock was taken, 0 where another holds it.
int clinux_lock(int fd, int exclusive, int wait);
int clinux_unlock(int fd);

enum { CLINUX_KIND_OTHER, CLINUX_KIND_FILE, CLINUX_KIND_FOLDER, CLINUX_KIND_LINK };

struct clinux_status {
  int kind;
  uint32_t mode;
  uint32_t uid;
  uint64_t device;
  uint64_t inode;
  uint64_t size;
  uint64_t allocated_bytes;
  int64_t modified_nanoseconds;
};

int clinux_status(int folder, const char *path, int follow, struct clinux_status *status);
int clinux_fstatus(int fd, struct clinux_status *status);

struct clinux_space {
  uint64_t total_bytes;
  // Free to processes without privilege.
  uint64_t available_bytes;
  uint64_t filesystem;
};

int clinux_space(const char *path, struct clinux_space *space);

// Calls `visit` with each name but "." and "..", in the folder's own order.
int clinux_map(int fd, size_t count, void **start);
int clinux_unmap(const void *start, size_t count);
int clinux_release_pages(const void *start, size_t count);
int clinux_list(int folder, const char *path, void *context,
                void (*visit)(void *context, const char *name));

// Processes

struct clinux_spawn {
  const char *path;
  char *const *arguments;
  char *const *environment;
  // NULL: the parent's.
  const char *folder;
  // The child's descriptors 0..<count; -1 is /dev/null. All others are closed.
  const int *descriptors;
  int descriptor_count;
  int new_session;
  int new_group;
  // The signal that the child gets when the thread that started it ends; 0: none.
  int death_signal;
  // cgroup.procs files that the child writes itself into before exec, ended by NULL.
  const char *const *cgroup_files;
  // Negative: the parent's.
  int64_t uid;
  int64_t gid;
};

// The child's pid once exec has succeeded; the negated errno of the step that failed otherwise.
int clinux_spawn(const struct clinux_spawn *spawn);

// A child that is held before its first step, so that its pid can be recorded first.
struct clinux_gate {
  int reader;
  int writer;
  int report;
};

// The pid of the held child. It ends by itself where the gate's writer closes, also by a crash.
int clinux_spawn_gated(const struct clinux_spawn *spawn, struct clinux_gate *gate);
// Lets the child go and answers as clinux_spawn does; the gate is used up. The caller ignores SIGPIPE.
int clinux_gate_open(int child, const struct clinux_gate *gate);
// Ends the held child, which the caller still has to reap; the gate is used up.
void clinux_gate_drop(const struct clinux_gate *gate);
// The pid that was reaped, or 0 where none has ended; `status` is for the functions below.
int clinux_wait(int pid, int block, int *status);
int clinux_exited(int status);
int clinux_exit_code(int status);
int clinux_term_signal(int status);
int clinux_set_death_signal(int number);
int clinux_set_child_subreaper(void);
int clinux_daemonize_session(void);
int clinux_limit_open_files(uint64_t *soft, uint64_t *hard);
int clinux_set_limit_open_files(uint64_t soft, uint64_t hard);

// Changes in folders, inotify(7)

int clinux_inotify(void);
// Names that were written and closed, moved into or removed from the folder. Answers the watch.
int clinux_inotify_watch(int fd, const char *path);
// Also names that are made, and every write to them.
int clinux_inotify_watch_writes(int fd, const char *path);
int clinux_inotify_unwatch(int fd, int watch);
// Calls `visit` for each waiting change, with watch -1 where the kernel dropped some. Answers the
// number of changes, 0 where none waits.
int clinux_inotify_take(int fd, void *context,
                        void (*visit)(void *context, int watch, const char *name));

// Time, memory, the machine

int64_t clinux_monotonic_nanoseconds(void);
int64_t clinux_wall_nanoseconds(void);
int64_t clinux_thread_cpu_nanoseconds(void);
int64_t clinux_process_cpu_nanoseconds(void);
int clinux_clock_ticks_per_second(void);
int clinux_page_bytes(void);
// Blocks of `map_bytes` and more are mappings of their own, so that freeing one gives its pages
// back; all threads share at most `arenas` heaps. False: the C library has no such choice.
int clinux_heap_bound(int map_bytes, int arenas);
int clinux_processors(void);
int clinux_random(void *bytes, size_t count);
int clinux_thread_id(void);
// Differs between threads that live at the same time; cheaper than the kernel's number.
uint64_t clinux_thread_token(void);
int clinux_process_id(void);
uint32_t clinux_user_id(void);
_Noreturn void clinux_exit(int code);
void clinux_thread_name(const char *name);
int clinux_is_terminal(int fd);
int clinux_terminal_columns(int fd);
int clinux_host_name(char *buffer, size_t count);
// The null-terminated array of this process' environment.
char *const *clinux_environment(void);
// Not thread-safe text; copies at most `count` bytes.
void clinux_error_text(int number, char *buffer, size_t count);

// Threads

// Starts a detached thread that calls `body(context)`.
int clinux_thread_start(void *context, void (*body)(void *context));

#endif
