#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

int clinux_inotify(void) {
  int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int clinux_inotify_watch(int fd, const char *path) {
  int watch = inotify_add_watch(fd, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR);
  return watch < 0 ? -errno : watch;
}

int clinux_inotify_watch_writes(int fd, const char *path) {
  int watch = inotify_add_watch(
      fd, path, IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR);
  return watch < 0 ? -errno : watch;
}

int clinux_inotify_unwatch(int fd, int watch) {
  return inotify_rm_watch(fd, watch) < 0 ? -errno : 0;
}

int clinux_inotify_take(int fd, void *context,
                        void (*visit)(void *context, int watch, const char *name)) {
  char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
  int changes = 0;
  for (;;) {
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return changes;
    if (count < 0) return -errno;
    for (char *at = buffer; at < buffer + count;) {
      const struct inotify_event *event = (const struct inotify_event *)at;
      int watch = event->mask & IN_Q_OVERFLOW ? -1 : event->wd;
      if (!(event->mask & IN_IGNORED)) {
        visit(context, watch, event->len > 0 ? event->name : "");
        changes++;
      }
      at += sizeof *event + event->len;
    }
  }
}
