/* commands.h - the subcommands: each reads its own arguments, argv[0] being its name, and returns
 * the exit status. */
#ifndef BAKEOFF_COMMANDS_H
#define BAKEOFF_COMMANDS_H

/* 0: done, 1: failed, 2: wrong usage. Errors are one line on standard error. */
int run_command(int argc, char **argv);
int runs_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int probe_command(int argc, char **argv);
int report_command(int argc, char **argv);
int curves_command(int argc, char **argv);
int query_command(int argc, char **argv);
int export_command(int argc, char **argv);
int rerun_command(int argc, char **argv);
int watch_command(int argc, char **argv);
int merge_command(int argc, char **argv);
int pack_command(int argc, char **argv);
int unpack_command(int argc, char **argv);
int import_command(int argc, char **argv);
int tag_command(int argc, char **argv);
int note_command(int argc, char **argv);
int rm_command(int argc, char **argv);
int copy_command(int argc, char **argv);
int submit_command(int argc, char **argv);
int status_command(int argc, char **argv);
int collect_command(int argc, char **argv);
int translate_command(int argc, char **argv);
int attend_command(int argc, char **argv);
int draw_command(int argc, char **argv);
int describe_command(int argc, char **argv);
int score_command(int argc, char **argv);
int models_command(int argc, char **argv);
int profile_command(int argc, char **argv);
int doctor_command(int argc, char **argv);

#endif
