/* Switches in the environment, the log on stderr, and the counts at exit. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t settings = SETTING_LOG_SUMMARY;
uint64_t scratch_setting;
atomic_ulong counters[COUNTERS];

struct value {
    const char *name;
    uint32_t set, clear;
};

#define VALUES 4
static const struct {
    const char *name;
    struct value values[VALUES];
} switches[] = {
    { "ARM64MMIODECODE_LOG", { { "off", 0, SETTING_LOG_SUMMARY | SETTING_LOG_EXPLAIN }, { "summary", SETTING_LOG_SUMMARY, SETTING_LOG_EXPLAIN }, { "explain", SETTING_LOG_SUMMARY | SETTING_LOG_EXPLAIN, 0 } } },
    { "ARM64MMIODECODE_MODE", { { "serve", 0, SETTING_EXPLAIN_ONLY }, { "explain", SETTING_EXPLAIN_ONLY | SETTING_LOG_SUMMARY | SETTING_LOG_EXPLAIN, 0 } } },
    { "ARM64MMIODECODE_START", { { "lazy", 0, SETTING_START_EARLY }, { "early", SETTING_START_EARLY, 0 } } },
    { "ARM64MMIODECODE_ATOMICS", { { "fault", 0, SETTING_PERFORM_ATOMICS }, { "perform", SETTING_PERFORM_ATOMICS, 0 } } },
    { "ARM64MMIODECODE_EXCLUSIVES", { { "fault", 0, SETTING_PERFORM_EXCLUSIVES }, { "perform", SETTING_PERFORM_EXCLUSIVES, 0 } } },
    { "ARM64MMIODECODE_JOIN", { { "off", 0, SETTING_JOIN }, { "on", SETTING_JOIN, 0 } } },
};

void say(const char *format, ...)
{
    char line[512];
    va_list list;
    int length = snprintf(line, sizeof line, "arm64mmiodecode: ");
    va_start(list, format);
    int more = vsnprintf(line + length, sizeof line - (size_t)length - 1, format, list);
    va_end(list);
    length += more < 0 ? 0 : more;
    if (length > (int)sizeof line - 2) {
        length = (int)sizeof line - 2;
    }
    line[length] = '\n';
    int before = errno;
    if (write(STDERR_FILENO, line, (size_t)length + 1) < 0) {
        errno = before; /* nobody to tell */
    }
    errno = before;
}

void front_say(const char *text)
{
    int before = errno;
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {
        errno = before;
    }
    errno = before;
}

void front_count(int counter) { count((enum counter)counter); }

static void summarise(void)
{
    if (!(settings & SETTING_LOG_SUMMARY) || counters[COUNT_EXITS] == 0) {
        return;
    }
    say("%lu accesses without a syndrome: %lu completed, %lu aborted, %lu left to the guest, %lu refused; the VMM saw %lu accesses, KVM's devices %lu (%lu failed)",
        counters[COUNT_EXITS], counters[COUNT_COMPLETED], counters[COUNT_ABORTS], counters[COUNT_RETRIES], counters[COUNT_REFUSED],
        counters[COUNT_VMM], counters[COUNT_KERNEL], counters[COUNT_KERNEL_FAILED]);
}

static void read_switch(const char *name, const struct value *values)
{
    const char *given = getenv(name);
    if (!given || !*given) {
        return;
    }
    for (int i = 0; i < VALUES && values[i].name; i++) {
        if (strcmp(given, values[i].name) == 0) {
            settings = (settings & ~values[i].clear) | values[i].set;
            return;
        }
    }
    char known[64] = "";
    for (int i = 0; i < VALUES && values[i].name; i++) {
        strcat(known, i ? " or " : "");
        strcat(known, values[i].name);
    }
    say("%s=%.40s is ignored: it is %s", name, given, known);
}

void read_settings(void)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        read_switch(switches[i].name, switches[i].values);
    }
    const char *scratch = getenv("ARM64MMIODECODE_SCRATCH");
    if (scratch && *scratch) {
        char *end;
        scratch_setting = strtoull(scratch, &end, 0);
        if (*end || scratch_setting == 0 || scratch_setting % (uint64_t)sysconf(_SC_PAGESIZE) != 0) {
            say("ARM64MMIODECODE_SCRATCH=%.40s is ignored: it is a guest physical address, a multiple of the page size", scratch);
            scratch_setting = 0;
        }
    }
    atexit(summarise);
}
