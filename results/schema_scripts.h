/* schema_scripts.h - the statements of each version of the schema, NULL at the end. Internal to
 * results/. A version that was released is never edited: files of it are about. */
#ifndef BAKEOFF_SCHEMA_SCRIPTS_H
#define BAKEOFF_SCHEMA_SCRIPTS_H

extern const char *const schema_1[]; /* from an empty file */
extern const char *const schema_2[]; /* from version 1 */
extern const char *const schema_3[]; /* from version 2 */

#endif
