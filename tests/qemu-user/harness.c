/* The part that is the same for every architecture: input, output, memory and signals. See harness.h. */
#include "harness.h"

enum
{
    SIGILL = 4,
    SIGTRAP = 5,
    SIGBUS = 7,
    SIGFPE = 8,
    SIGSEGV = 11,
    SIGPROF = 27,
    SA_SIGINFO = 4,
    SA_ONSTACK = 0x08000000,
    SA_NODEFER = 0x40000000,
    PROT_READ = 1,
    PROT_WRITE = 2,
    PROT_EXEC = 4,
    PROT_MTE = 0x20,
    MAP_PRIVATE = 2,
    MAP_ANONYMOUS = 0x20,
    ITIMER_PROF = 2,
};

struct siginfo
{
    int signal;
    int error;
    int code;
    void *address; /* the compiler's padding is the ABI's */
};

struct signal_action
{
    void (*handler)(int, struct siginfo *, void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask[8 / sizeof(unsigned long)];
};

struct signal_stack
{
    void *base;
    int flags;
    size_t size;
};

#define PAGE_MASK (~(uint64_t)(PAGE_SIZE - 1))

struct page
{
    uint64_t address;
    uint64_t access;
    uint64_t initial[PAGE_SIZE / 8];
};

static uint8_t input[1 << 16];
static size_t input_position, input_length;
static uint8_t output[1 << 20];
static size_t output_length;

static struct page pages[MAX_PAGES];
static size_t page_count;

static struct state state;
static struct sve_state sve;

static uint64_t case_number, ticked_case;
static int started, running;
static uint8_t signal_stack[SIGNAL_STACK_SIZE] __attribute__((aligned(16)));

/* The compiler may call these even in a freestanding program. */
void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    while (length-- != 0)
    {
        *t++ = *f++;
    }

    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *t = to;
    while (length-- != 0)
    {
        *t++ = (uint8_t)value;
    }

    return to;
}

void fail(const char *why)
{
    size_t length = 0;
    while (why[length] != 0)
    {
        length++;
    }

    system_call(SYS_WRITE, 2, (long)why, (long)length, 0, 0, 0);
    system_call(SYS_WRITE, 2, (long)"\n", 1, 0, 0, 0);
    system_call(SYS_EXIT, 3, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}

static void flush_output(void)
{
    for (size_t done = 0; done < output_length;)
    {
        long written = system_call(SYS_WRITE, 1, (long)(output + done), (long)(output_length - done), 0, 0, 0);
        if (written <= 0)
        {
            fail("cannot write the results");
        }

        done += (size_t)written;
    }

    output_length = 0;
}

static void write_bytes(const void *bytes, size_t length)
{
    if (output_length + length > sizeof output)
    {
        flush_output();
    }

    memcpy(output + output_length, bytes, length);
    output_length += length;
}

static void write_word(uint64_t word)
{
    word = little_endian(word);
    write_bytes(&word, sizeof word);
}

static void write_words(const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        write_word(words[i]);
    }
}

static void write_padded(const void *bytes, size_t length)
{
    static const uint64_t zero = 0;
    write_bytes(bytes, length);
    write_bytes(&zero, -length & 7);
}

/* Whether there is more input. */
static int fill_input(void)
{
    if (input_position == input_length)
    {
        long length = system_call(SYS_READ, 0, (long)input, sizeof input, 0, 0, 0);
        input_position = 0;
        input_length = length > 0 ? (size_t)length : 0;
    }

    return input_length != 0;
}

static void read_bytes(void *to, size_t length)
{
    uint8_t *t = to;
    while (length != 0)
    {
        if (!fill_input())
        {
            fail("the input ends in the middle of a case");
        }

        size_t part = input_length - input_position;
        part = part < length ? part : length;
        memcpy(t, input + input_position, part);
        input_position += part;
        t += part;
        length -= part;
    }
}

static uint64_t read_word(void)
{
    uint64_t word;
    read_bytes(&word, sizeof word);
    return little_endian(word);
}

static void read_padded(void *to, size_t length)
{
    uint64_t padding;
    read_bytes(to, length);
    read_bytes(&padding, -length & 7);
}

static void protect(const struct page *page, int writable)
{
    int protection = PROT_READ | (writable ? PROT_WRITE : 0) | (page->access & PAGE_EXECUTE ? PROT_EXEC : 0)
        | (page->access & PAGE_TAGGED ? PROT_MTE : 0);
    if (system_call(SYS_MPROTECT, (long)page->address, PAGE_SIZE, protection, 0, 0, 0) != 0)
    {
        fail("cannot change a page's protection");
    }
}

/* The entry of a page list (address | access) for an address, or 0. */
static uint64_t find_page(const uint64_t *list, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++)
    {
        if ((list[i] & PAGE_MASK) == address)
        {
            return list[i];
        }
    }

    return 0;
}

/* Maps exactly the pages of this case, writable and filled with zeros; those that are mapped already stay. */
static void map_pages(void)
{
    static uint64_t previous[MAX_PAGES], wanted[MAX_PAGES];
    size_t previous_count = page_count;
    for (size_t i = 0; i < page_count; i++)
    {
        previous[i] = pages[i].address | pages[i].access;
    }

    page_count = (size_t)read_word();
    if (page_count > MAX_PAGES)
    {
        fail("too many pages");
    }

    for (size_t i = 0; i < page_count; i++)
    {
        wanted[i] = read_word();
    }

    for (size_t i = 0; i < previous_count; i++)
    {
        uint64_t address = previous[i] & PAGE_MASK;
        if (!find_page(wanted, page_count, address) || (previous[i] & PAGE_TAGGED))
        {
            /* A page with tags always goes: a new one has all tags 0 again. */
            system_call(SYS_MUNMAP, (long)address, PAGE_SIZE, 0, 0, 0, 0);
            previous[i] = 0;
        }
    }

    for (size_t i = 0; i < page_count; i++)
    {
        struct page *page = &pages[i];
        page->address = wanted[i] & PAGE_MASK;
        page->access = wanted[i] & ~PAGE_MASK;
        uint64_t before = find_page(previous, previous_count, page->address);
        if (before == 0)
        {
            /* Without MAP_FIXED: an address that is in use comes back as another one. */
            long result = system_call(SYS_MMAP, (long)page->address, PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (result != (long)page->address)
            {
                fail("a page of the case is taken, by the program itself or by QEMU");
            }
        }

        /* New pages are not executable yet; read-only ones are still protected from the case before. */
        if (before != wanted[i] || !(page->access & PAGE_WRITE))
        {
            protect(page, 1);
        }

        if (before != 0)
        {
            uint64_t *words = (uint64_t *)(uintptr_t)page->address;
            for (size_t j = 0; j < PAGE_SIZE / 8; j++)
            {
                words[j] = 0;
            }
        }
    }
}

static void read_case(void)
{
    sve.vl = read_word();
    sve.svl = read_word();
    sve.svcr = read_word();
    if (sve.vl > MAX_VL || sve.svl > MAX_VL)
    {
        fail("the vector length is more than 256 bytes");
    }

    uint64_t *words = (uint64_t *)&state;
    for (size_t i = 0; i < sizeof state / 8; i++)
    {
        words[i] = read_word();
    }

    if (sve.vl != 0)
    {
        read_padded(sve.z, (size_t)sve.vl * 32);
        read_padded(sve.p, (size_t)sve.vl / 8 * 17);
    }

    if (sve.svcr & SVCR_ZA)
    {
        read_bytes(sve.za, (size_t)(sve.svl * sve.svl));
    }

    if (sve.svcr & SVCR_ZT0)
    {
        read_bytes(sve.zt0, ZT0_SIZE);
    }

    map_pages();
    for (uint64_t contents = read_word(); contents != 0; contents--)
    {
        uint64_t address = read_word();
        read_padded((void *)(uintptr_t)address, (size_t)read_word());
    }

    for (size_t i = 0; i < page_count; i++)
    {
        const uint64_t *memory = (const uint64_t *)(uintptr_t)pages[i].address;
        for (size_t j = 0; j < PAGE_SIZE / 8; j++)
        {
            pages[i].initial[j] = memory[j];
        }

        if (!(pages[i].access & PAGE_WRITE))
        {
            protect(&pages[i], 0);
        }

        if (pages[i].access & PAGE_EXECUTE)
        {
            synchronize_code(pages[i].address, pages[i].address + PAGE_SIZE);
        }
    }
}

/* Reports runs of changed words, or only counts them. */
static uint64_t report_changes(int counting)
{
    uint64_t runs = 0;
    for (size_t i = 0; i < page_count; i++)
    {
        const uint64_t *memory = (const uint64_t *)(uintptr_t)pages[i].address;
        for (size_t j = 0; j < PAGE_SIZE / 8; j++)
        {
            size_t start = j;
            while (j < PAGE_SIZE / 8 && memory[j] != pages[i].initial[j])
            {
                j++;
            }

            if (j != start)
            {
                runs++;
                if (!counting)
                {
                    write_word(pages[i].address + start * 8);
                    write_word((j - start) * 8);
                    write_bytes(&memory[start], (j - start) * 8);
                }
            }
        }
    }

    return runs;
}

static void report(const struct siginfo *info, const void *ucontext)
{
    frame_to_state(ucontext, &state, &sve);
    write_word((uint64_t)info->signal);
    write_word((uint64_t)(int64_t)info->code);
    write_word((uint64_t)(uintptr_t)info->address);
    write_words((const uint64_t *)&state, sizeof state / 8);
    if (sve.vl != 0)
    {
        write_padded(sve.z, (size_t)sve.vl * 32);
        write_padded(sve.p, (size_t)sve.vl / 8 * 17);
    }

    if (sve.svcr & SVCR_ZA)
    {
        write_bytes(sve.za, (size_t)(sve.svl * sve.svl));
    }

    if (sve.svcr & SVCR_ZT0)
    {
        write_bytes(sve.zt0, ZT0_SIZE);
    }

    write_word(report_changes(1));
    report_changes(0);
}

static void on_signal(int signal, struct siginfo *info, void *ucontext)
{
    if (running)
    {
        if (signal == SIGPROF && ticked_case != case_number)
        {
            ticked_case = case_number;
            return;
        }

        running = 0;
        report(info, ucontext);
    }
    else if (started)
    {
        fail("the harness itself faulted");
    }

    started = 1;
    if (!fill_input())
    {
        flush_output();
        system_call(SYS_EXIT, 0, 0, 0, 0, 0, 0);
    }

    case_number++;
    read_case();
    state_to_frame(ucontext, &state, &sve);
    running = 1;
}

void _start(void)
{
    static const struct signal_stack stack = {signal_stack, 0, sizeof signal_stack};
    system_call(SYS_SIGALTSTACK, (long)&stack, 0, 0, 0, 0, 0);

    enable_tags();

    /* The watchdog's ticks wait while a handler runs. */
    static struct signal_action action = {
        on_signal, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, 0, {1u << (SIGPROF - 1)}};
    static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGPROF};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    {
        if (system_call(SYS_RT_SIGACTION, signals[i], (long)&action, 0, 8, 0, 0) != 0)
        {
            fail("cannot install a signal handler");
        }
    }

    static const long second[4] = {1, 0, 1, 0};
    system_call(SYS_SETITIMER, ITIMER_PROF, (long)second, 0, 0, 0, 0);
    trap();
    fail("the first trap came back");
}
