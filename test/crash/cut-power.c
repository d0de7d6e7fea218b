/* `cut-power PATH`: stops the ext4 file system at PATH: what is not on its disk yet is lost. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define EXT4_SHUTDOWN _IOR('X', 125, uint32_t)

int main(int argc, char **argv) {
  /* Not even the journal is flushed. */
  uint32_t without_log_flush = 2;
  int folder = argc == 2 ? open(argv[1], O_RDONLY) : -1;
  if (folder < 0 || ioctl(folder, EXT4_SHUTDOWN, &without_log_flush) != 0) {
    perror("cut-power");
    return 1;
  }
  return 0;
}
