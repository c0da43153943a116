/* team.h - threads that stand by while one of them works, and take parts of what it does: for tasks
 * of microseconds, which waking a thread would outweigh.
 *
 * The leader runs ahead; the others are in team_help, where they look for parts, for a while
 * without a pause and then asleep. The leader waits only for parts that another has begun, never
 * for one that sleeps.
 */
#ifndef BAKEOFF_TEAM_H
#define BAKEOFF_TEAM_H

struct team;

/* A part of a task; parts run in any order and at once. */
typedef void team_part(void *context, int part);

/* Of at most so many threads, the leader included. */
struct team *team_new(int threads);
void team_free(struct team *);

/* Called by the leader: runs parts 0 .. parts - 1 (at most 65535), each once, and returns when all
 * are done. */
void team_run(struct team *, int parts, team_part *, void *context);

/* Called by the others: helps until the leader says that it is done. `number`, of 1 .. threads - 1,
 * each once: which part of the parts this thread takes first, the same every time. */
void team_help(struct team *, int number);
/* The leader is done: those in team_help return, as do those who come later. */
void team_dismiss(struct team *);
/* From now on team_help helps again; called while nobody is in it. */
void team_gather(struct team *);

#endif
