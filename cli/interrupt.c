/* interrupt.c - the one thing that a signal handler can set: which signal it was.
 *
 * The handler runs on a stack of its own, for while oneDNN 2 multiplies, its kernels let the stack
 * pointer point into memory of the heap, and what the kernel of the system keeps there for the return
 * from a handler (with the processor's registers: 11 KB with AMX) would lie over what the heap has
 * below. Threads that help have these signals blocked (pool_block_signals). */
#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { STACK_SIZE = 65536 };

static volatile sig_atomic_t asked;

static void on_signal(int number)
{
	static const char text[] =
		"\nstopping as soon as nothing is lost by it; once more to stop now\n";

	if (asked == number)
		_exit(128 + number);
	asked = number;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		return;
}

void interrupt_catch(void)
{
	static char stack[STACK_SIZE]; /* of the main thread, and of its children's */
	const stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction action, old;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	if (!sigaltstack(&own, NULL))
		action.sa_flags |= SA_ONSTACK;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
}

bool interrupt_asked(void)
{
	return asked != 0;
}

bool interrupt_go_on(void *context, size_t done, size_t all)
{
	(void)context;
	(void)done;
	(void)all;
	return !interrupt_asked();
}
