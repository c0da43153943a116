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

const char *machine_date(void)
{
	return VERSION_DATE;
}

const char *machine_compiler(void)
{
	return __VERSION__;
}

const char *machine_flags(void)
{
	return VERSION_FLAGS;
}

const char *machine_sentencepiece(void)
{
	return VERSION_SENTENCEPIECE;
}

/* The rest of the first line of a file that starts with `key`, after its colon; false: none. */
static bool line_of(const char *path, const char *key, char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	char line[8192];
	bool found = false;

	while (!found && file && fgets(line, sizeof line, file)) {
		const char *value = strchr(line, ':');

		if (strncmp(line, key, strlen(key)) != 0 || !value)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(text, size, "%s", value + strspn(value, ":\t "));
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

bool machine_feature(const char *name)
{
	char flags[8192], *word, *rest = flags;

	if (!line_of("/proc/cpuinfo", "flags", flags, sizeof flags) &&
	    !line_of("/proc/cpuinfo", "Features", flags, sizeof flags))
		return false;
	while ((word = strtok_r(rest, " ", &rest)))
		if (!strcmp(word, name))
			return true;
	return false;
}

double machine_memory_available(void)
{
	char text[64];
	double kibibytes = 0;

	if (line_of("/proc/meminfo", "MemAvailable", text, sizeof text))
		sscanf(text, "%lf", &kibibytes);
	return 1024 * kibibytes;
}

double machine_quota(void)
{
	FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
	double quota = 0, period = 0;
	bool limited = file && fscanf(file, "%lf %lf", &quota, &period) == 2 && period > 0;

	if (file)
		fclose(file);
	return limited && quota / period < machine_processors() ? quota / period : 0;
}

void machine_cpu(char *text, size_t size)
{
	if (!line_of("/proc/cpuinfo", "model name", text, size))
		snprintf(text, size, "unknown");
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

/* Caches of level 3: the processors that are the first of those that share one. */
static int last_caches(void)
{
	int caches = 0;

	for (int i = 0; i < sysconf(_SC_NPROCESSORS_CONF); i++) {
		char path[96];
		FILE *file;
		int first = -1;

		snprintf(path, sizeof path,
		         "/sys/devices/system/cpu/cpu%d/cache/index3/shared_cpu_list", i);
		file = fopen(path, "r");
		caches += file && fscanf(file, "%d", &first) == 1 && first == i;
		if (file)
			fclose(file);
	}
	return caches > 0 ? caches : 1;
}

double machine_cache(void)
{
	const double third = (double)sysconf(_SC_LEVEL3_CACHE_SIZE);
	const double second = (double)sysconf(_SC_LEVEL2_CACHE_SIZE);

	if (third > 0)
		return third * last_caches();
	return second > 0 ? second * machine_processors() : 0;
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

void machine_trim(void)
{
	malloc_trim(0);
}

void machine_reset_peak(void)
{
	FILE *file;

	machine_trim();
	file = fopen("/proc/self/clear_refs", "w");
	if (!file)
		return;
	fputs("5", file);
	fclose(file);
}
