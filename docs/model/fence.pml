/*
 * The barrier between processes of src/fence as a Promela model, for spin.
 *
 * How to run it, what it leaves out and the table of configurations: README.md, beside this file.
 *
 * A group of three: the coordinator's process (member 0), which also observes and arrives, and the
 * workers 1 and 2. Worker 2 may die, and may then be restarted as incarnation 3 of its slot.
 * Every member sends a message (a marker) and calls the barrier, ROUNDS times.
 *
 * `RULE n` marks the twelve statements of the protocol without which the barrier is wrong. Macros
 * in their #ifdefs leave one rule out each; spin must find the counterexample then.
 *
 * Configuration           default
 *   MODE                  DELIVERY     DELIVERY or PROCESSING
 *   ROUNDS                1            calls of each member
 *   FIRST_0 … FIRST_3     254, 3: 0    first sequences; modulo 256, so that they wrap on the way
 *   SILENT                             sending the marker is optional, for each call
 *   LEAVE                              members leave after their last call
 *   CRASH                              worker 2 may stop at any moment; a lease notices
 *   RESTART                            … and incarnation 3 joins (without a lease)
 *   JOIN_ONLY                          there is no worker 2 at first: incarnation 3 only joins
 *   COMES_BACK                         worker 2's readers were only stopped, and go on
 *   HANDLER_SENDS                      a handler of incarnation 3 sends before Join has returned
 *   SERVICE                            worker 1 reads worker 2's ring in service state at first
 *   APART                              a marker and its arrive are two steps (see below)
 *   SECOND_THREAD                      a second thread of worker 1 sends a marker at any moment
 *   FINE                               other threads may step in anywhere in the coordinator's loop
 */
#define DELIVERY   1
#define PROCESSING 2

#ifndef MODE
#define MODE DELIVERY
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef FIRST_0
#define FIRST_0 254
#endif
#ifndef FIRST_1
#define FIRST_1 254
#endif
#ifndef FIRST_2
#define FIRST_2 254
#endif
#ifndef FIRST_3
#define FIRST_3 0
#endif

/* An incarnation is a number that is never used again; slot 2 is the only one that has two. */
#ifdef RESTART
#define N 4
#define slot(i) ((i) == 3 -> 2 : (i))
#else
#define N 3
#define slot(i) (i)
#endif
#define MAX_ROUNDS 2 /* in flight at the same time; asserted */

#define bit_of(i)     (1 << (i))
#define in(i, set)    (((set) & bit_of(i)) != 0)
/* A marker and the arrive behind it are sent, and handled, one by one; or both in one step. That
 * loses nothing when nothing else can come between them: a reader that stands between the two is
 * as far from the stamp's other side as one that stands before both. */
#ifdef APART
#define MESSAGES_PER_STEP 1
#else
#define MESSAGES_PER_STEP 2
#endif

#define pair(o, s)    ((o) * N + (s))
#define first(s)      ((s) == 0 -> FIRST_0 : ((s) == 1 -> FIRST_1 : ((s) == 2 -> FIRST_2 : FIRST_3)))
#define epoch_of(s)   ((s) + 1) /* the writer's incarnation; 0 is nobody's */
#define sequence(s, i) ((first(s) + (i)) % 256) /* of the position before the i-th message of s */

/* Distances between sequences are signed, and right across the wrap. */
#define distance(from, to)  (((to) + 256 - (from)) % 256)
#define is_negative(d)      ((d) >= 128)

/* ---- Shared memory ------------------------------------------------------------------------- */

/* Request rings: one for each incarnation, written by it alone. Messages are counted from 0, and
 * two kinds are told apart: application messages and all others (arrive). */
byte published[N];
byte is_marker[N]; /* a bit for each message */

/* A progress cell: how far one observer has come in one sender's ring; everything before the
 * position has been handled. The handler and the store are one step here: a store that comes later
 * only makes the coordinator know less than what is true. */
#define DETACHED 0
#define IN_SERVICE 1 /* application messages are set aside, unhandled */
#define NORMAL   2
typedef Cell {
  byte state;
  byte epoch;
  byte sequence
};
Cell cells[N * N];

/* RULE 3. A cell belongs to one pair of incarnations and is never used for another pair. By slots,
 * a process that was only stopped stores its progress into its successor's cell, or the reader of
 * what is left in a dead member's ring stores into that of the ring's successor. */
#if defined(CELL_BY_OBSERVER_SLOT)
#define cell(o, s) cells[pair(slot(o), s)]
#elif defined(CELL_BY_SENDER_SLOT)
#define cell(o, s) cells[pair(o, slot(s))]
#else
#define cell(o, s) cells[pair(o, s)]
#endif

/* The doorbell on which the coordinator sleeps: set by a ring, cleared where the coordinator
 * listens. It is looked at and slept on in one step, as futex does. */
bit bell;
/* Readers ring for progress only while the coordinator says that it waits for some. */
bit watching;

/* A call that the coordinator has not looked at yet. A member has one at a time. */
#define NO_CALL 0
#define ARRIVE  1
#define LEAVING 2
byte mail[N];
byte mail_stamp[N]; /* the arrive's stamp: the position just after it, as a number of messages */
byte mail_sent[N];  /* ghost: how many messages were published before the arrive */

/* Replies. A call has an id; the reply must bear it. 0 is no call and no reply. */
#define FAREWELL (ROUNDS + 1)
byte waits_with[N]; /* the call for whose reply the member waits */
byte replied_to[N]; /* the call that has been answered */

/* ---- The coordinator's memory --------------------------------------------------------------- */

#ifdef JOIN_ONLY
#define FOUNDERS 3
#else
#define FOUNDERS 7
#endif
byte members = FOUNDERS;

#define NONE    0
#define UNARMED 1 /* there is a stamp, but no baseline yet */
#define ARMED   2
typedef Target {
  byte state;
  byte baseline; /* the observer's sequence when the target was armed */
  byte delta     /* from there to the stamp */
};

typedef Round {
  byte participants; /* the members when it was opened, less those who have gone since */
  byte arrived;
  byte released;
  bit downgraded;
  byte call[N];      /* the original id of each arrival */
  byte stamp[N];
  Target target[N * N]; /* by observer and sender; forgotten when met */
  byte opened_with;  /* ghost: the members when it was opened */
  byte sent[N]       /* ghost: how many messages the sender had published before its arrive */
};
Round rounds[MAX_ROUNDS]; /* oldest first */
byte in_flight;

/* ---- Ghosts: what is true, for the assertions -------------------------------------------------- */

byte alive = FOUNDERS;
byte handled[N * N];      /* messages of the sender that the observer has handled or skipped */
#ifdef RESTART
byte starts_at[N * N];    /* the first message that the observer's reader saw */
byte owed_from[N * N];    /* the first message that it owes: published when both were members */
#endif

/* Scratch of one step each; no part of the state. */
hidden byte o, s, r, j, caller, to_release, come;
hidden byte met, given_up, found;

/* ---- Assertions -------------------------------------------------------------------------------- */

/* The observer has handled every message that the sender published before it arrived … */
#define nothing_early(r, o, s)  (handled[pair(o, s)] >= rounds[r].sent[s])
/* … and has skipped none that came when both were members. Reading begins nowhere else. */
#ifdef RESTART
#define nothing_missed(o, s)    (starts_at[pair(o, s)] <= owed_from[pair(o, s)])
#else
#define nothing_missed(o, s)    true
#endif

/* The promise of round r to `caller` when the answer is not "failed". Satisfied speaks of all that
 * the round was opened with, downgraded of those that are left. */
inline check_promise(r, caller) {
  for (s : 0 .. N - 1) {
    for (o : 0 .. N - 1) {
      if
      :: o != s && in(o, rounds[r].participants) && (o == caller || MODE == PROCESSING) &&
         in(s, (rounds[r].downgraded -> rounds[r].participants : rounds[r].opened_with)) ->
           assert(nothing_early(r, o, s));
           assert(nothing_missed(o, s))
      :: else
      fi
    }
  }
}

/* Every call is answered once, on its own id. Nobody is there to be answered in a dead process. */
#define answered_once(m, id)  (waits_with[m] == id && replied_to[m] == 0)
inline answer(m, id) {
  if
  :: in(m, alive) -> assert(answered_once(m, id)); replied_to[m] = id
  :: else
  fi
}

/* ---- Targets (drain.cc) ------------------------------------------------------------------------ */

/* The baseline is taken when the cell shows a normal reader in the stamp's epoch. Both can come
 * later than the arrival, so each look tries again. */
inline try_to_arm(round, observer, sender) {
  if
  :: rounds[round].target[pair(observer, sender)].state == UNARMED &&
     /* RULE 9. Armed only in the stamp's epoch: a number of another epoch says nothing. */
#ifndef ANY_EPOCH
     cell(observer, sender).epoch == epoch_of(sender) &&
#endif
     cell(observer, sender).state == NORMAL ->
       rounds[round].target[pair(observer, sender)].state = ARMED;
       rounds[round].target[pair(observer, sender)].baseline = cell(observer, sender).sequence;
       rounds[round].target[pair(observer, sender)].delta =
           distance(cell(observer, sender).sequence, sequence(sender, rounds[round].stamp[sender]));
       /* RULE 10. The observer may be past the stamp already (it has handled what another thread
        * of the sender sent after the arrive). A distance not above zero is met. */
#ifndef UNSIGNED_DELTA
       if
       :: is_negative(rounds[round].target[pair(observer, sender)].delta) ->
            rounds[round].target[pair(observer, sender)].delta = 0
       :: else
       fi
#endif
  :: else
  fi
}

inline look_at_target(round, observer, sender) {
  try_to_arm(round, observer, sender);
  met = 0;
  if
  :: rounds[round].target[pair(observer, sender)].state == ARMED ->
       come = distance(rounds[round].target[pair(observer, sender)].baseline,
                       cell(observer, sender).sequence);
       met =
#ifndef ANY_EPOCH
           cell(observer, sender).epoch == epoch_of(sender) &&
#endif
           !is_negative(come) && come >= rounds[round].target[pair(observer, sender)].delta
  :: else
  fi;
  /* RULE 11. An unarmed target holds the release back: it is neither done … */
#ifdef UNARMED_IS_DONE
  met = met || rounds[round].target[pair(observer, sender)].state == UNARMED;
#endif
  /* … nor a reader at zero, from where the stamp may lie behind. */
#ifdef UNARMED_IS_ZERO
  met = met || (rounds[round].target[pair(observer, sender)].state == UNARMED &&
                (sequence(sender, rounds[round].stamp[sender]) == 0 ||
                 is_negative(sequence(sender, rounds[round].stamp[sender]))));
#endif
  /* RULE 9, its other half. A reader in service state is not drained: what it has set aside is
   * unhandled. */
#ifdef SERVICE_IS_DRAINED
  met = met || cell(observer, sender).state == IN_SERVICE;
#endif
  if
  :: met -> clear_target(round, observer, sender)
  :: else
  fi
}

inline clear_target(round, observer, sender) {
  rounds[round].target[pair(observer, sender)].state = NONE;
  rounds[round].target[pair(observer, sender)].baseline = 0;
  rounds[round].target[pair(observer, sender)].delta = 0
}

/* ---- Rounds (group.cc) --------------------------------------------------------------------------- */

#define all_arrived(r)  ((rounds[r].participants & ~rounds[r].arrived) == 0)
#define finished(r)     ((rounds[r].participants & ~rounds[r].released) == 0)
#define idle(r)         (rounds[r].arrived == 0 && rounds[r].released == 0)

inline forget_round(r) {
  for (j : r .. MAX_ROUNDS - 1) {
    if
    :: j + 1 < in_flight ->
         rounds[j].participants = rounds[j + 1].participants;
         rounds[j].arrived = rounds[j + 1].arrived;
         rounds[j].released = rounds[j + 1].released;
         rounds[j].downgraded = rounds[j + 1].downgraded;
         rounds[j].opened_with = rounds[j + 1].opened_with;
         for (s : 0 .. N - 1) {
           rounds[j].call[s] = rounds[j + 1].call[s];
           rounds[j].stamp[s] = rounds[j + 1].stamp[s];
           rounds[j].sent[s] = rounds[j + 1].sent[s];
         }
         for (o : 0 .. N * N - 1) {
           rounds[j].target[o].state = rounds[j + 1].target[o].state;
           rounds[j].target[o].baseline = rounds[j + 1].target[o].baseline;
           rounds[j].target[o].delta = rounds[j + 1].target[o].delta
         }
    :: j + 1 == in_flight ->
         rounds[j].participants = 0;
         rounds[j].arrived = 0;
         rounds[j].released = 0;
         rounds[j].downgraded = 0;
         rounds[j].opened_with = 0;
         for (s : 0 .. N - 1) {
           rounds[j].call[s] = 0;
           rounds[j].stamp[s] = 0;
           rounds[j].sent[s] = 0;
         }
         for (o : 0 .. N * N - 1) {
           rounds[j].target[o].state = NONE;
           rounds[j].target[o].baseline = 0;
           rounds[j].target[o].delta = 0
         }
    :: else
    fi
  }
  in_flight--
}

inline forget_finished() {
  r = 0;
  do
  :: r < in_flight ->
       if
       :: finished(r) || idle(r) -> forget_round(r)
       :: else -> r++
       fi
  :: else -> break
  od;
}

/* An arrival counts for the oldest round in which its member is expected and has not arrived; else
 * it opens a new one. What each observer that is still waited for must come to is recorded here. */
inline arrive(m, id, position) {
  r = 0;
  do
  :: r < in_flight && !(in(m, rounds[r].participants) && !in(m, rounds[r].arrived)) -> r++
  :: else -> break
  od;
  /* RULE 12. By name alone, a member that is back already is absorbed into the round that a slow
   * one has not left. */
#ifdef ROUND_BY_NAME
  if
  :: r == in_flight && in_flight > 0 -> r = in_flight - 1
  :: else
  fi;
#endif
  if
  :: r == in_flight ->
       assert(in_flight < MAX_ROUNDS);
       in_flight++;
       rounds[r].participants = members; /* frozen */
       rounds[r].opened_with = members
  :: else
  fi;
  rounds[r].arrived = rounds[r].arrived | bit_of(m);
  rounds[r].call[m] = id;
  rounds[r].stamp[m] = position;
  rounds[r].sent[m] = mail_sent[m];
  mail_sent[m] = 0;
  mail_stamp[m] = 0;
  for (o : 0 .. N - 1) {
    if
       /* RULE 1. Nobody reads his own ring, so nobody is an observer of himself. */
    ::
#ifndef OBSERVES_ITSELF
       o != m &&
#endif
       in(o, rounds[r].participants) && !in(o, rounds[r].released) ->
         rounds[r].target[pair(o, m)].state = UNARMED;
         try_to_arm(r, o, m)
    :: else
    fi
  }
}

/* What a dead process has written is of no meaning to anybody; cleared, it makes no difference
 * between states. */
inline clear_cells_of(m) {
#if !defined(COMES_BACK) && !defined(CELL_BY_OBSERVER_SLOT)
  for (s : 0 .. N - 1) {
    handled[pair(m, s)] = 0;
    cell(m, s).state = DETACHED;
    cell(m, s).epoch = 0;
    cell(m, s).sequence = 0
  }
#else
  skip
#endif
}

/* A member goes: it is dropped from every round in flight, in one step, and nothing of it counts
 * any more. But who leaves in order after its own release takes nothing from those that are still
 * on the way through its messages: the ring stays, and they will be handled. */
inline drop(m, leaves) {
  members = members & ~bit_of(m);
  mail[m] = NO_CALL;
  mail_stamp[m] = 0;
  mail_sent[m] = 0;
  for (r : 0 .. MAX_ROUNDS - 1) {
    if
    :: r < in_flight && in(m, rounds[r].participants) ->
         given_up = 0;
         for (o : 0 .. N - 1) {
           clear_target(r, m, o);
           if
           :: rounds[r].target[pair(o, m)].state != NONE &&
              !(leaves && in(m, rounds[r].released) &&
                rounds[r].target[pair(o, m)].state == ARMED) ->
                given_up = 1;
                clear_target(r, o, m)
           :: else
           fi
         }
         if
         :: !in(m, rounds[r].released) || given_up -> rounds[r].downgraded = 1
         :: else
         fi;
         rounds[r].participants = rounds[r].participants & ~bit_of(m);
         rounds[r].arrived = rounds[r].arrived & ~bit_of(m);
         rounds[r].released = rounds[r].released & ~bit_of(m)
    :: else
    fi
  }
  forget_finished()
}

/* Releases whom the targets hold back no longer: each caller by its own in delivery mode, all
 * together in processing mode. */
inline settle_and_release(r) {
  if
  :: all_arrived(r) ->
       to_release = rounds[r].participants & ~rounds[r].released;
       for (o : 0 .. N - 1) {
         for (s : 0 .. N - 1) {
           if
           :: rounds[r].target[pair(o, s)].state != NONE ->
                look_at_target(r, o, s);
                if
                :: met
                :: !met && MODE == PROCESSING -> to_release = 0
                :: !met && MODE == DELIVERY -> to_release = to_release & ~bit_of(o)
                fi
           :: else
           fi
         }
       }
       for (j : 0 .. N - 1) {
         if
         :: in(j, to_release) ->
              check_promise(r, j);
              answer(j, rounds[r].call[j]);
              rounds[r].released = rounds[r].released | bit_of(j)
         :: else
         fi
       }
  :: else
  fi
}

inline decide() {
  for (r : 0 .. MAX_ROUNDS - 1) {
    if
    :: r < in_flight -> settle_and_release(r)
    :: else
    fi
  }
#ifndef RELEASE_THEN_FORGET
  forget_finished();
#endif
  look_who_waits()
}

/* Nothing but progress can hold back a round in which all have arrived. */
bit awaits_progress;
inline look_who_waits() {
  awaits_progress = 0;
  for (r : 0 .. MAX_ROUNDS - 1) {
    if
    :: r < in_flight && all_arrived(r) -> awaits_progress = 1
    :: else
    fi
  }
}

byte leavers; /* between the two halves of a FINE evaluation */
inline take_calls() {
  for (caller : 1 .. N - 1) {
    if
    :: mail[caller] == ARRIVE ->
         mail[caller] = NO_CALL;
         arrive(caller, waits_with[caller], mail_stamp[caller])
    :: mail[caller] == LEAVING ->
         drop(caller, true);
         leavers = leavers | bit_of(caller)
    :: else
    fi
  }
}

/* After what their leaving has completed. */
inline answer_leavers() {
  for (caller : 1 .. N - 1) {
    if
    :: in(caller, leavers) -> answer(caller, FAREWELL)
    :: else
    fi
  }
  leavers = 0
}

/* ---- Processes ------------------------------------------------------------------------------------- */

/* Evaluates on every ring of the bell. Arrivals of its own process are recorded by the caller, so
 * what it decides and what it forgets must be one critical section. */
active proctype Coordinator() {
end:
  do
#ifndef FINE
  :: d_step {
       bell -> bell = 0;
       take_calls();
       decide();
       answer_leavers();
       watching = awaits_progress
     }
#else
  :: d_step { bell -> bell = 0 }
     d_step { take_calls() }
     d_step { decide(); answer_leavers() }
     if
     :: d_step { awaits_progress && !watching -> watching = 1 }
        /* Looked at again: what was handled before a reader could see `watching` rang no bell. */
#ifndef LOOKS_ONCE
        d_step { decide(); watching = awaits_progress }
#endif
     :: d_step { else -> watching = awaits_progress }
     fi
#endif
#ifdef RELEASE_THEN_FORGET
     /* RULE 7. Decision, replies and removal of the round are one critical section. With the
      * removal in a second one, by the name that both rounds have, a member that is back already
      * is forgotten with the round that it has left. */
     d_step {
       found = 0;
       for (r : 0 .. MAX_ROUNDS - 1) {
         if
         :: r < in_flight && finished(r) -> found = 1
         :: else
         fi
       }
       do
       :: found && in_flight > 0 -> forget_round(0)
       :: else -> break
       od
     }
#endif
  od
}

#define handled_by(o, s) handled[pair(o, s)]

inline publish(o, s, position) {
  cell(o, s).sequence = sequence(s, position);
  cell(o, s).epoch = epoch_of(s);
  if
  :: watching -> bell = 1
  :: else
  fi
}

/* The threads of a dead process stop. Those of one that was only stopped go on at any time, though
 * it has been dropped, and nothing that they do may count. */
#ifdef COMES_BACK
#define may_run(m) true
#else
#define may_run(m) in(m, alive)
#endif

/* One thread for each ring of another member. */
proctype Reader(byte me, sender; bit attaches) {
#ifdef SERVICE_SKIPS
  byte set_aside;
#define progress (handled_by(me, sender) + set_aside)
#else
#define progress handled_by(me, sender)
#endif

#ifdef RESTART
  /* Attaches. A new member's ring is read from its first message, any other from what is there. */
  if
  :: attaches ->
       d_step {
#ifndef ATTACHES_AT_PUBLISHED
         if
         :: sender != 3 -> handled_by(me, sender) = published[sender]
         :: else
         fi;
#else
         handled_by(me, sender) = published[sender];
#endif
         starts_at[pair(me, sender)] = handled_by(me, sender);
         /* RULE 4. The cell is published by one store. In two, it says first that somebody reads,
          * and shows a position that was never reached. */
#ifndef TORN_CELL
         publish(me, sender, handled_by(me, sender));
#endif
         cell(me, sender).epoch = epoch_of(sender);
         cell(me, sender).state = NORMAL;
         bell = 1
       }
#ifdef TORN_CELL
       d_step { publish(me, sender, handled_by(me, sender)); bell = 1 }
#endif
  :: else
  fi;
#endif

end:
  do
  :: d_step {
       may_run(me) && progress < published[sender] &&
#ifdef SERVICE_SKIPS
       set_aside == 0 &&
#endif
       /* RULE 5. Progress stops at the first message that is set aside, whatever comes behind. */
       !(cell(me, sender).state == IN_SERVICE && in(progress, is_marker[sender])) ->
         handled_by(me, sender) = handled_by(me, sender) + MESSAGES_PER_STEP;
         publish(me, sender, progress)
     }
#ifdef SERVICE_SKIPS
  :: d_step {
       cell(me, sender).state == IN_SERVICE && progress < published[sender] &&
       (set_aside > 0 || in(progress, is_marker[sender])) ->
         set_aside++;
         publish(me, sender, progress)
     }
  :: d_step {
       cell(me, sender).state == NORMAL && set_aside > 0 ->
         set_aside--;
         handled_by(me, sender)++
     }
#endif
  od
}

inline append(m, marker) {
  if
  :: marker -> is_marker[m] = is_marker[m] | bit_of(published[m])
  :: else
  fi;
  published[m]++
}

#define lives in(me, alive)

proctype Member(byte me) {
  byte call = 1;
#ifdef EARLY_STAMP
  byte early;
#endif

  do
  :: call <= ROUNDS && lives ->
#ifdef APART
       if
       :: d_step { lives -> append(me, true) }
#ifdef SILENT
       :: true
#endif
       :: !lives
       fi;
#endif
#ifdef EARLY_STAMP
       early = published[me];
#endif
       if
       :: d_step {
            lives ->
#ifndef APART
              append(me, true);
#endif
              /* RULE 8. The stamp is taken in the writer's critical section that appends the
               * arrive. One that was read before misses what another thread sends in between. */
#ifdef EARLY_STAMP
              mail_stamp[me] = early;
#else
              mail_stamp[me] = published[me] + 1;
#endif
              mail_sent[me] = published[me];
              append(me, false);
              waits_with[me] = call;
              if
              :: me == 0 -> arrive(0, call, mail_stamp[0])
              :: else -> mail[me] = ARRIVE
              fi;
              bell = 1
          }
       :: !lives
       fi;
       if
       :: d_step { replied_to[me] == call -> replied_to[me] = 0; waits_with[me] = 0; call++ }
       :: !lives
       fi
  :: else -> break
  od;
#ifdef LEAVE
  /* In the code the coordinator's process cannot go without stopping the group. */
  if
  :: d_step { me == 0 -> drop(0, true); bell = 1 }
  :: d_step { me != 0 && lives -> mail[me] = LEAVING; waits_with[me] = FAREWELL; bell = 1 }
     if
     :: d_step { replied_to[me] == FAREWELL -> replied_to[me] = 0; waits_with[me] = 0 }
     :: !lives
     fi
  :: !lives
  fi
#endif
}

#ifdef SECOND_THREAD
proctype SecondThread() {
  d_step { append(1, true) }
}
#endif

#ifdef SERVICE
proctype EndOfService() {
  d_step {
    cell(1, 2).state = NORMAL
    /* RULE 6. A change of state rings the bell: perhaps no further message ever comes. */
#ifndef SILENT_STATE
    ; bell = 1
#endif
  }
}
#endif

#if defined(CRASH) || defined(JOIN_ONLY)
#define attached(o, s) (cell(o, s).state == NORMAL && cell(o, s).epoch == epoch_of(s))

proctype Crash() {
  d_step { alive = alive & ~bit_of(2) }
#ifdef RESTART
  /* The new incarnation drops the old one, in the step in which it takes the slot. */
  atomic {
    d_step { drop(2, false); clear_cells_of(2); alive = alive | bit_of(3); bell = 1 };
    run Reader(3, 0, true); run Reader(3, 1, true);
#ifdef HANDLER_SENDS
    run Reader(0, 3, true); run Reader(1, 3, true)
#else
    /* The new ring is read from its first message, so it makes no difference when its readers
     * attach, as long as nobody sends before that. */
    d_step {
      for (o : 0 .. 1) {
        cell(o, 3).state = NORMAL;
        cell(o, 3).epoch = epoch_of(3);
        cell(o, 3).sequence = first(3)
      }
    };
    run Reader(0, 3, false); run Reader(1, 3, false)
#endif
  }
#ifdef HANDLER_SENDS
  /* A handler of the joiner may send while Join has not returned. */
  d_step { append(3, true) }
#endif
  atomic {
    /* RULE 2. Membership begins when all readers both ways are attached. */
#ifndef EARLY_MEMBER
    attached(3, 0) && attached(3, 1) && attached(0, 3) && attached(1, 3) ->
#endif
    d_step {
      members = members | bit_of(3);
      for (s : 0 .. 1) {
        owed_from[pair(3, s)] = published[s];
      }
      bell = 1
    };
    run Member(3)
  }
#else
  d_step { drop(2, false); clear_cells_of(2); bell = 1 }
#endif
}
#endif

init {
  atomic {
    d_step {
      for (o : 0 .. 2) {
        for (s : 0 .. 2) {
          if
          :: o != s ->
               cell(o, s).state = NORMAL;
               cell(o, s).epoch = epoch_of(s);
               cell(o, s).sequence = first(s)
          :: else
          fi
        }
      }
#ifdef SERVICE
      cell(1, 2).state = IN_SERVICE;
#endif
      o = 0; s = 0
    };
    run Reader(0, 1, false); run Reader(1, 0, false);
    run Member(0); run Member(1);
#ifndef JOIN_ONLY
    run Reader(0, 2, false); run Reader(1, 2, false);
    run Reader(2, 0, false); run Reader(2, 1, false);
    run Member(2);
#endif
#ifdef SECOND_THREAD
    run SecondThread();
#endif
#ifdef SERVICE
    run EndOfService();
#endif
#if defined(CRASH) || defined(JOIN_ONLY)
    run Crash()
#endif
  }
}
