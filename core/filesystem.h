/* filesystem.h - what kind of file system a file lies on. */
#ifndef BAKEOFF_FILESYSTEM_H
#define BAKEOFF_FILESYSTEM_H

/* The name of the file system that holds the file (or, where it is not there yet, its folder) where
 * that is one that machines share, such as "NFS" or "Lustre": locks and memory maps of several
 * machines do not hold there. NULL: it is local, or cannot be asked. */
const char *filesystem_network(const char *path);

enum { FILESYSTEM_NAME = 32 };

/* What the system calls the file system that holds the file, or where that is not there, the working
 * directory: "ext4"; "unknown" where it does not say. */
void filesystem_name(const char *path, char name[FILESYSTEM_NAME]);

/* The same of a number of statfs(2), f_type. */
const char *filesystem_network_name(unsigned long type);

#endif
