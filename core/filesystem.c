/* filesystem.c - what kind of file system a file lies on: the numbers of statfs(2). */
#include "core/filesystem.h"
#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

static const struct {
	unsigned type;
	const char *name;
} network[] = {
	{ 0x6969, "NFS" },        { 0xff534d42, "CIFS" },   { 0xfe534d42, "SMB" },
	{ 0x517b, "SMB" },        { 0x0bd00bd0, "Lustre" }, { 0x00c36400, "Ceph" },
	{ 0x5346414f, "AFS" },    { 0x01021997, "9p" },     { 0x47504653, "GPFS" },
	{ 0x19830326, "BeeGFS" }, { 0x65735546, "FUSE" },   { 0x20030528, "OrangeFS" },
	{ 0x7461636f, "OCFS2" },  { 0x01161970, "GFS2" },   { 0x73757245, "Coda" },
	{ 0x564c, "NCP" },
};

const char *filesystem_network_name(unsigned long type)
{
	for (size_t i = 0; i < sizeof network / sizeof network[0]; i++)
		if ((unsigned)type == network[i].type)
			return network[i].name;
	return NULL;
}

const char *filesystem_network(const char *path)
{
	struct statfs about;
	char *folder, *slash;
	bool found = statfs(path, &about) == 0;

	if (!found) {
		folder = memory_text(path);
		slash = strrchr(folder, '/');
		if (slash)
			slash[slash == folder] = '\0';
		found = statfs(slash ? folder : ".", &about) == 0;
		free(folder);
	}
	return found ? filesystem_network_name((unsigned long)about.f_type) : NULL;
}

void filesystem_name(const char *path, char name[FILESYSTEM_NAME])
{
	FILE *mounts = fopen("/proc/self/mountinfo", "r");
	char line[4096];
	struct stat about;
	const bool found = stat(path, &about) == 0 || stat(".", &about) == 0;

	strcpy(name, "unknown");
	while (found && mounts && fgets(line, sizeof line, mounts)) {
		const char *type = strstr(line, " - ");
		unsigned first, second;

		if (type && sscanf(line, "%*d %*d %u:%u", &first, &second) == 2 &&
		    first == major(about.st_dev) && second == minor(about.st_dev))
			sscanf(type, " - %31s", name);
	}
	if (mounts)
		fclose(mounts);
}
