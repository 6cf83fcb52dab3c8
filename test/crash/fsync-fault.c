/*
 * Stands between a program and its disk (LD_PRELOAD).
 *
 * FAULT_FOLDER  the files in it are meant, and no others
 * FAULT_FLAG    while this file exists, things fail with EIO; it holds how often, in percent: fsync and fdatasync, and
 *               after a space reading and writing
 * FAULT_DISK    folder that gets what would be on the disk after a power cut, file by file
 *
 * A page reaches the "disk" when the file is synced after the page was written. A failed sync does what Linux does: it
 * forgets that the pages are dirty, so that a later sync that succeeds says nothing about them. Which pages are dirty
 * is kept in a mapped file beside the copy and outlives a kill -9, as the page cache does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define PAGE 4096
#define MAX_PAGES (1 << 18)
#define MAX_FILES 64

struct watched {
  char name[256];
  unsigned char *dirty;
  int copy;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct watched files[MAX_FILES];
static int count;

static int disk_open(const char *name, const char *suffix) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s%s", getenv("FAULT_DISK"), name, suffix);
  return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* The name of a regular file directly in the folder, or NULL. */
static const char *name_of(int fd, char *path, size_t size) {
  const char *folder = getenv("FAULT_FOLDER");
  struct stat st;
  if (!folder || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return NULL;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length <= 0) return NULL;
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) != 0 || path[prefix] != '/' || strchr(path + prefix + 1, '/')) return NULL;
  return path + prefix + 1;
}

static struct watched *find(const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(files[i].name, name) == 0) return &files[i];
  if (count == MAX_FILES) abort();
  struct watched *file = &files[count++];
  snprintf(file->name, sizeof file->name, "%s", name);
  file->copy = disk_open(name, "");
  int map = disk_open(name, ".dirty");
  if (file->copy < 0 || map < 0 || syscall(SYS_ftruncate, map, (off_t)MAX_PAGES) != 0) abort();
  file->dirty = mmap(NULL, MAX_PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  if (file->dirty == MAP_FAILED) abort();
  syscall(SYS_close, map);
  return file;
}

/* With the lock taken; NULL for files that are not meant. */
static struct watched *watched(int fd) {
  char path[1024];
  if (!getenv("FAULT_DISK")) return NULL;
  const char *name = name_of(fd, path, sizeof path);
  return name ? find(name) : NULL;
}

static void mark(int fd, off_t from, ssize_t length) {
  if (length <= 0) return;
  pthread_mutex_lock(&lock);
  struct watched *file = watched(fd);
  if (file) {
    off_t last = (from + length - 1) / PAGE;
    if (last >= MAX_PAGES) abort();
    for (off_t page = from / PAGE; page <= last; page++) file->dirty[page] = 1;
  }
  pthread_mutex_unlock(&lock);
}

enum kind { SYNC, TRANSFER };

static int fails(enum kind kind) {
  const char *flag = getenv("FAULT_FLAG");
  int fd = flag ? (int)syscall(SYS_openat, AT_FDCWD, flag, O_RDONLY | O_CLOEXEC, 0) : -1;
  if (fd < 0) return 0;
  char text[16] = {0};
  ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  int percent[2] = {0, 0};
  if (length > 0) sscanf(text, "%d %d", &percent[SYNC], &percent[TRANSFER]);
  return rand() % 100 < percent[kind];
}

/* Whether reading or writing this file fails now. */
static int breaks(int fd) {
  char path[1024];
  return name_of(fd, path, sizeof path) && fails(TRANSFER);
}

static void flush(int fd, struct watched *file) {
  struct stat st;
  if (fstat(fd, &st) != 0) abort();
  char page[PAGE];
  for (off_t i = 0; i * PAGE < st.st_size; i++) {
    if (!file->dirty[i]) continue;
    ssize_t length = syscall(SYS_pread64, fd, page, (size_t)PAGE, i * PAGE);
    if (length > 0 && syscall(SYS_pwrite64, file->copy, page, (size_t)length, i * PAGE) != length) abort();
  }
  if (syscall(SYS_ftruncate, file->copy, st.st_size) != 0) abort();
}

static int synced(int fd, long call) {
  char path[1024];
  if (!name_of(fd, path, sizeof path)) return (int)syscall(call, fd);
  pthread_mutex_lock(&lock);
  int failed = fails(SYNC);
  struct watched *file = watched(fd);
  if (file) {
    if (!failed) flush(fd, file);
    memset(file->dirty, 0, MAX_PAGES);
  }
  pthread_mutex_unlock(&lock);
  if (!failed) return (int)syscall(call, fd);
  errno = EIO;
  return -1;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

ssize_t write(int fd, const void *buffer, size_t length) {
  if (breaks(fd)) return errno = EIO, -1;
  off_t from = lseek(fd, 0, SEEK_CUR);
  ssize_t written = syscall(SYS_write, fd, buffer, length);
  int error = errno;
  if (from >= 0) mark(fd, from, written);
  errno = error;
  return written;
}

ssize_t pwrite64(int fd, const void *buffer, size_t length, off64_t from) {
  if (breaks(fd)) return errno = EIO, -1;
  ssize_t written = syscall(SYS_pwrite64, fd, buffer, length, from);
  int error = errno;
  mark(fd, from, written);
  errno = error;
  return written;
}

ssize_t read(int fd, void *buffer, size_t length) {
  return breaks(fd) ? (errno = EIO, -1) : syscall(SYS_read, fd, buffer, length);
}

ssize_t pread64(int fd, void *buffer, size_t length, off64_t from) {
  return breaks(fd) ? (errno = EIO, -1) : syscall(SYS_pread64, fd, buffer, length, from);
}

ssize_t pwrite(int fd, const void *buffer, size_t length, off_t from) { return pwrite64(fd, buffer, length, from); }

/* What was cut off is not to be synced any more; the length itself goes to the disk with the next sync. */
static int cut(int fd, off_t size) {
  int result = (int)syscall(SYS_ftruncate, fd, size);
  int error = errno;
  pthread_mutex_lock(&lock);
  struct watched *file = result == 0 ? watched(fd) : NULL;
  off_t page = (size + PAGE - 1) / PAGE;
  if (file && page < MAX_PAGES) memset(file->dirty + page, 0, (size_t)(MAX_PAGES - page));
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

/* A file that is gone is gone from the disk, too; another one may get its name. */
int unlink(const char *path) {
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  int error = errno;
  const char *folder = getenv("FAULT_FOLDER");
  size_t prefix = folder ? strlen(folder) : 0;
  if (result == 0 && getenv("FAULT_DISK") && folder && strncmp(path, folder, prefix) == 0 && path[prefix] == '/') {
    pthread_mutex_lock(&lock);
    struct watched *file = find(path + prefix + 1);
    memset(file->dirty, 0, MAX_PAGES);
    if (syscall(SYS_ftruncate, file->copy, (off_t)0) != 0) abort();
    pthread_mutex_unlock(&lock);
  }
  errno = error;
  return result;
}
