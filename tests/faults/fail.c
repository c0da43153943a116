/* fail.c - preloaded (LD_PRELOAD), lets one call of a program fail as if the system had refused it.
 *
 *     FAIL=CALL:N:ERRNO           the N-th call, from 1, of all processes and threads together
 *     FAIL=CALL:N:ERRNO:more      it and every one after it
 *     FAIL_COUNT=FILE             8 bytes that count the calls
 *
 * CALL is malloc (with calloc, realloc and aligned_alloc), thread (pthread_create), clock (steps an
 * hour back at the N-th look at the time of day) or a group of system calls: write, sync, rename,
 * open, read. These are caught by seccomp wherever they are made, inside of the C library too;
 * what goes to standard error is let through, so that the program can say what went wrong.
 * What the program executes must not be preloaded, too. Exit status 77: this kernel or processor
 * cannot do that. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { CANNOT = 77, MOST_NUMBERS = 4 };

static const struct group {
	const char *name;
	int count;
	long number[MOST_NUMBERS];
} groups[] = {
	{ "write", 3, { SYS_write, SYS_pwrite64, SYS_writev } },
	{ "sync", 2, { SYS_fsync, SYS_fdatasync } },
#ifdef SYS_rename
	{ "rename", 3, { SYS_rename, SYS_renameat, SYS_renameat2 } },
	{ "open", 2, { SYS_open, SYS_openat } },
#endif
	{ "read", 2, { SYS_read, SYS_pread64 } },
};

static struct {
	atomic_long alone, *calls; /* of all processes: shared memory, or `alone` */
	char call[16];
	long at;
	int failure;
	int more;
} fail;

static const struct {
	const char *name;
	int number;
} failures[] = { { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "EIO", EIO },
	         { "EACCES", EACCES }, { "EMFILE", EMFILE }, { "EAGAIN", EAGAIN },
	         { "EROFS", EROFS } };

/* Whether this call is the one. */
static int strikes(void)
{
	const long number = atomic_fetch_add(fail.calls, 1) + 1;

	return fail.at && (number == fail.at || (fail.more && number > fail.at));
}

static int fails(const char *call)
{
	return fail.calls && !strcmp(fail.call, call) && strikes();
}

#ifdef __x86_64__
long fail_system_call(long number, long a, long b, long c, long d, long e, long f);
extern const char fail_after_system_call[];
__asm__(".globl fail_system_call\n"
        "fail_system_call:\n\tmov %rdi, %rax\n\tmov %rsi, %rdi\n\tmov %rdx, %rsi\n"
        "\tmov %rcx, %rdx\n\tmov %r8, %r10\n\tmov %r9, %r8\n\tmov 8(%rsp), %r9\n\tsyscall\n"
        ".globl fail_after_system_call\n"
        "fail_after_system_call:\n\tret\n");

static void on_call(int signal, siginfo_t *about, void *context)
{
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	const int to_error = !strcmp(fail.call, "write") && r[REG_RDI] == STDERR_FILENO;

	(void)signal;
	(void)about;
	if (!to_error && strikes())
		r[REG_RAX] = -fail.failure;
	else
		r[REG_RAX] = fail_system_call(r[REG_RAX], r[REG_RDI], r[REG_RSI], r[REG_RDX],
		                              r[REG_R10], r[REG_R8], r[REG_R9]);
}

/* Traps the calls of the group, but those made by on_call. */
static int catch_calls(const struct group *g)
{
	const uint64_t own = (uint64_t)(uintptr_t)fail_after_system_call;
	struct sock_filter code[8 + MOST_NUMBERS];
	struct sigaction action = { .sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)own, 0, 3);
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4);
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(own >> 32),
	                                         0, 1);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	                                         offsetof(struct seccomp_data, nr));
	for (int i = 0; i < g->count; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		                                         (uint32_t)g->number[i],
		                                         (uint8_t)(g->count - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	program.len = n;
	return sigaction(SIGSYS, &action, NULL) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static int catch_calls(const struct group *g)
{
	return !g;
}
#endif

static void open_count(void)
{
	const char *path = getenv("FAIL_COUNT");
	const int file = path ? open(path, O_RDWR | O_CREAT, 0666) : -1;
	void *shared = MAP_FAILED;

	if (path && (file < 0 || ftruncate(file, sizeof(atomic_long))))
		_exit(CANNOT);
	shared = mmap(NULL, sizeof(atomic_long), PROT_READ | PROT_WRITE,
	              file >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS, file, 0);
	if (file >= 0)
		close(file);
	fail.calls = shared == MAP_FAILED ? &fail.alone : shared;
}

__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("FAIL");
	char failure[16] = "", more[8] = "";

	if (!text ||
	    sscanf(text, "%15[a-z]:%ld:%15[A-Z]:%7s", fail.call, &fail.at, failure, more) < 3)
		return;
	fail.more = *more != '\0';
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		if (!strcmp(failure, failures[i].name))
			fail.failure = failures[i].number;
	open_count();
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (!strcmp(fail.call, groups[i].name) && !catch_calls(&groups[i]))
			_exit(CANNOT);
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static int refused(void)
{
	if (!fails("malloc"))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return refused() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return refused() ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **memory, size_t align, size_t size)
{
	void *got = refused() ? NULL : __libc_memalign(align, size);

	if (!got)
		return ENOMEM;
	*memory = got;
	return 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *what)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return fails("thread") ? fail.failure : real(thread, how, run, what);
}

/* What the clock is ahead of what is told. */
static int behind(void)
{
	return fails("clock") ? 3600 : 0;
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *);
	int status;

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	status = real(which, now);
	if (which == CLOCK_REALTIME)
		now->tv_sec -= behind();
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int (*real)(struct timeval *, void *);
	int status;

	*(void **)&real = dlsym(RTLD_NEXT, "gettimeofday");
	status = real(now, zone);
	now->tv_sec -= behind();
	return status;
}

time_t time(time_t *now)
{
	time_t (*real)(time_t *);
	time_t seconds;

	*(void **)&real = dlsym(RTLD_NEXT, "time");
	seconds = real(NULL) - behind();
	if (now)
		*now = seconds;
	return seconds;
}
