/*
 * `block-recorder FOLDER IMAGE LOG`: shows IMAGE as FOLDER/disk and logs each write and each flush, in order.
 * A record: kind (0 write, 1 flush), offset and length as three u64, little endian; then the bytes written.
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kWrite = 0, kFlush = 1 };

static int image;
static int log_file;

/* Whole, or the recording is worthless. */
static int record(uint64_t kind, uint64_t offset, uint64_t length, const void *bytes) {
  uint64_t header[3] = {kind, offset, length};
  struct iovec parts[2] = {{header, sizeof header}, {(void *)bytes, length}};
  ssize_t size = (ssize_t)(sizeof header + length);
  return writev(log_file, parts, bytes == NULL ? 1 : 2) == size ? 0 : -EIO;
}

static int get_attributes(const char *path, struct stat *stat, struct fuse_file_info *file) {
  (void)file;
  if (strcmp(path, "/") == 0) {
    memset(stat, 0, sizeof *stat);
    stat->st_mode = S_IFDIR | 0700;
    stat->st_nlink = 2;
    return 0;
  }
  if (strcmp(path, "/disk") != 0) return -ENOENT;
  return fstat(image, stat) == 0 ? 0 : -errno;
}

static int read_bytes(const char *path, char *into, size_t size, off_t at, struct fuse_file_info *file) {
  (void)path, (void)file;
  ssize_t count = pread(image, into, size, at);
  return count < 0 ? -errno : (int)count;
}

static int write_bytes(const char *path, const char *from, size_t size, off_t at,
                       struct fuse_file_info *file) {
  (void)path, (void)file;
  if (pwrite(image, from, size, at) != (ssize_t)size) return -EIO;
  int failed = record(kWrite, (uint64_t)at, size, from);
  return failed != 0 ? failed : (int)size;
}

/* Written down before it is answered: whoever waits for the flush finds it in the log. */
static int flush_bytes(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path, (void)data_only, (void)file;
  return record(kFlush, 0, 0, NULL);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  image = open(argv[2], O_RDWR);
  log_file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (image < 0 || log_file < 0) {
    perror("block-recorder");
    return 1;
  }
  const struct fuse_operations operations = {
      .getattr = get_attributes, .read = read_bytes, .write = write_bytes, .fsync = flush_bytes};
  /* In the foreground, one request after another: the log has the order of the requests. */
  char *arguments[] = {argv[0], argv[1], "-f", "-s", NULL};
  return fuse_main(4, arguments, &operations, NULL);
}
