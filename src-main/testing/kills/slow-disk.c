/*
 * Stands in for a slow disk, for a program that is started with LD_PRELOAD: files that are written before they are renamed
 * (.partial, .tmp) are written a part at a time, and before and after each of these parts, each sync and each rename there is a pause,
 * of CELLSMITH_SLOW_DISK microseconds at most. So a kill hits the middle of a checkpoint more often than not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void pause_for_a_while(void)
{
    const char *longest = getenv("CELLSMITH_SLOW_DISK");
    long limit = longest ? atol(longest) : 0;
    if (limit > 0)
        usleep((useconds_t)(random() % limit));
}

static int ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), wanted = strlen(end);
    return length >= wanted && strcmp(path + length - wanted, end) == 0;
}

static int grows(int file)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return ends_in(path, ".partial") || ends_in(path, ".tmp");
}

ssize_t write(int file, const void *bytes, size_t count)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (count < 2 || !grows(file))
        return next(file, bytes, count);
    pause_for_a_while();
    return next(file, bytes, count > 4096 ? count / 2 : count);
}

int fsync(int file)
{
    static int (*next)(int);
    if (!next)
        next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (!grows(file))
        return next(file);
    pause_for_a_while();
    int result = next(file);
    pause_for_a_while();
    return result;
}

int rename(const char *from, const char *to)
{
    static int (*next)(const char *, const char *);
    if (!next)
        next = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    pause_for_a_while();
    int result = next(from, to);
    pause_for_a_while();
    return result;
}
