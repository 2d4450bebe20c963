#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Everything in the child is async-signal-safe (signal-safety(7)): the parent has other threads,
// whose locks nobody in the child will ever release.

static void fail(int report) {
  int error = errno;
  ssize_t ignored = write(report, &error, sizeof error);
  (void)ignored;
  _exit(127);
}

static void reset_signals(void) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first) {
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
  struct rlimit limit;
  int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
  for (int fd = first; fd < last; fd++) close(fd);
}

// Places `descriptors` at 0..<count and `report` at count. A descriptor may be named anywhere in the
// list, so all are first moved out of the way.
static int place_descriptors(const struct clinux_spawn *spawn, int report) {
  int count = spawn->descriptor_count;
  int moved[64];
  for (int i = 0; i < count; i++) {
    int source = spawn->descriptors[i];
    if (source < 0) source = open("/dev/null", O_RDWR | O_CLOEXEC);
    moved[i] = source < 0 ? -1 : fcntl(source, F_DUPFD_CLOEXEC, 2 * count + 2);
    if (moved[i] < 0) fail(report);
  }
  report = fcntl(report, F_DUPFD_CLOEXEC, 2 * count + 2);
  for (int i = 0; i < count; i++) {
    if (dup2(moved[i], i) < 0) fail(report);
  }
  if (dup3(report, count, O_CLOEXEC) < 0) fail(report);
  close_from(count + 1);
  return count;
}

static void join_cgroups(const struct clinux_spawn *spawn, int report) {
  for (const char *const *file = spawn->cgroup_files; file != NULL && *file != NULL; file++) {
    int fd = open(*file, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1) fail(report);
    close(fd);
  }
}

static void run_child(const struct clinux_spawn *spawn, int report, pid_t parent) {
  reset_signals();
  if (spawn->new_session && setsid() < 0) fail(report);
  if (spawn->new_group && setpgid(0, 0) < 0) fail(report);
  if (spawn->death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, spawn->death_signal, 0, 0, 0) < 0) fail(report);
    // The parent may have ended before the call above.
    if (getppid() != parent) _exit(127);
  }
  join_cgroups(spawn, report);
  report = place_descriptors(spawn, report);
  if (spawn->folder != NULL && chdir(spawn->folder) < 0) fail(report);
  if (spawn->gid >= 0 && (setgroups(0, NULL) < 0 || setgid(spawn->gid) < 0)) fail(report);
  if (spawn->uid >= 0 && setuid(spawn->uid) < 0) fail(report);
  execve(spawn->path, spawn->arguments, spawn->environment);
  fail(report);
}

// Holds the child until the parent writes a byte; a parent that ends, or gives up, ends the child.
static void wait_at_gate(const struct clinux_gate *gate) {
  close(gate->writer);
  char go;
  ssize_t count;
  do {
    count = read(gate->reader, &go, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) _exit(125);
}

// Starts the child; `report_reader` yields an errno where a step fails, and ends at exec.
static int start(const struct clinux_spawn *spawn, const struct clinux_gate *gate,
                 int *report_reader) {
  if (spawn->descriptor_count > 64) return -EINVAL;
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
  // No handler of the parent's may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    if (gate != NULL) wait_at_gate(gate);
    run_child(spawn, report[1], parent);
  }
  int error = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  *report_reader = report[0];
  if (error == 0) return child;
  close(report[0]);
  return -error;
}

// Waits for exec; the child that failed before it is reaped.
static int finish(pid_t child, int report_reader) {
  int reported = 0;
  ssize_t count;
  do {
    count = read(report_reader, &reported, sizeof reported);
  } while (count < 0 && errno == EINTR);
  close(report_reader);
  if (count != sizeof reported) return child;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  return -reported;
}

int clinux_spawn(const struct clinux_spawn *spawn) {
  int report_reader;
  int child = start(spawn, NULL, &report_reader);
  return child < 0 ? child : finish(child, report_reader);
}

int clinux_spawn_gated(const struct clinux_spawn *spawn, struct clinux_gate *gate) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  gate->reader = ends[0];
  gate->writer = ends[1];
  int child = start(spawn, gate, &gate->report);
  close(gate->reader);
  gate->reader = -1;
  if (child < 0) close(gate->writer);
  return child;
}

int clinux_gate_open(int child, const struct clinux_gate *gate) {
  ssize_t count = write(gate->writer, "g", 1);
  int error = count < 0 ? errno : 0;
  close(gate->writer);
  int outcome = finish(child, gate->report);
  return error != 0 && outcome >= 0 ? -error : outcome;
}

void clinux_gate_drop(const struct clinux_gate *gate) {
  close(gate->writer);
  close(gate->report);
}

int clinux_wait(int pid, int block, int *status) {
  for (;;) {
    int ended = waitpid(pid, status, block ? 0 : WNOHANG);
    if (ended >= 0) return ended;
    if (errno != EINTR) return -errno;
  }
}

int clinux_exited(int status) { return WIFEXITED(status); }
int clinux_exit_code(int status) { return WEXITSTATUS(status); }
int clinux_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int clinux_set_death_signal(int number) {
  return prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) < 0 ? -errno : 0;
}

int clinux_set_child_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int clinux_daemonize_session(void) {
  pid_t session = setsid();
  return session < 0 ? -errno : session;
}

int clinux_limit_open_files(uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}

int clinux_set_limit_open_files(uint64_t soft, uint64_t hard) {
  struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}
