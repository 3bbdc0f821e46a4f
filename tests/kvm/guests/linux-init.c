// First process of the Linux guest: runs the device test for each instruction set and powers the machine off.
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char *path)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
    {
        execl(path, path, (char *)0);
        perror(path);
        _exit(127);
    }

    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0)
    {
        printf("FAIL %s: status 0x%x\n", path, status);
    }

    return status == 0;
}

int main(void)
{
    mount("dev", "/dev", "devtmpfs", 0, "");
    int good = run("/device-a64") + run("/device-a32") + run("/device-t32");
    printf("guest finished: %d of 3 programs\n", good);
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
