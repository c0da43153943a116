/* interrupt.c - the one thing that a signal handler can set: which signal it was. */
#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

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
	struct sigaction action, old;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
}

bool interrupt_asked(void)
{
	return asked != 0;
}
