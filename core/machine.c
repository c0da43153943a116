/* machine.c - program and machine fingerprint. */
#include "core/machine.h"
#include <version.h> /* made by the Makefile */

#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

const char *machine_commit(void)
{
	return VERSION_COMMIT;
}

const char *machine_compiler(void)
{
	return __VERSION__;
}

const char *machine_flags(void)
{
	return VERSION_FLAGS;
}

void machine_cpu(char *text, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(text, size, "unknown");
	while (file && fgets(line, sizeof line, file)) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) || !value)
			continue;
		value[strcspn(value, "\n")] = '\0';
		snprintf(text, size, "%s", value + strspn(value, ": "));
		break;
	}
	if (file)
		fclose(file);
}

void machine_host(char *text, size_t size)
{
	if (gethostname(text, size))
		snprintf(text, size, "unknown");
	text[size - 1] = '\0';
}

int machine_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set))
		return 1;
	return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
}

double machine_memory(void)
{
	return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

double machine_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* VmHWM is what clear_refs resets; ru_maxrss is never reset. */
long machine_peak_memory(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	struct rusage usage;
	char line[256];
	long kibibytes = 0;

	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %ld kB", &kibibytes) == 1)
			break;
	if (file)
		fclose(file);
	if (!kibibytes && !getrusage(RUSAGE_SELF, &usage))
		kibibytes = usage.ru_maxrss;
	return kibibytes * 1024;
}

void machine_reset_peak(void)
{
	FILE *file;

	malloc_trim(0);
	file = fopen("/proc/self/clear_refs", "w");
	if (!file)
		return;
	fputs("5", file);
	fclose(file);
}
