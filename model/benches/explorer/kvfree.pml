/*
 * kvfree.c for SPIN: the same statements under the same labels, with the same definitions. Each
 * d_step or lone condition is one transition; a goto after it belongs to it. (What is jumped to is in
 * an `if` of its own, because SPIN refuses jumps to a d_step.)
 */
#define N_OBJECTS (NA + NB + NC)
#define ALL ((1 << N_OBJECTS) - 1)
#define BULK 2
#define H 2

#define IDLE 0
#define WANTS_GP 1
#define IN_GP 2
#define READY 3

bit act;
bit irq[2];
byte n[3] = { NA, NB, NC };
byte object[3];
bit saved[3];
byte lk[2];
bit blk[2];
byte bc[2];
byte b[4];
byte hd[2];
bit todo[2];
byte ws[2];
bit wblk[2];
byte wbc[2];
byte wb[4];
byte wh[2];
byte pgc[2] = 1;
byte linked = ALL;
byte freed;
byte gpw[N_OBJECTS];
bit gst;
byte gmask;
byte wc;
byte rounds[2] = { RA, RB };
byte inside;
byte at[2];
/* Those who free, as long as they have something to do. */
byte n_left = (NA -> 1 : 0) + (NB -> 1 : 0) + (NC -> 1 : 0);

/* Within a step only. Breadth first SPIN has no hidden variables; there it is in the state, as 0. */
#if BREADTH_FIRST
byte j;
#define FORGET j = 0
#else
hidden byte j;
#define FORGET skip
#endif

/* T0 does not run while the handler does. */
#define RUNS(x) ((x) == 0 -> !act : ((x) == H -> act : 1))
#define END(x) ((x) == 0 -> NA : ((x) == H -> NA + NB + NC : NA + NB))

inline unlink_next(x)
{
	object[x] = END(x) - n[x];
	n[x]--;
	linked = linked & ~(1 << object[x])
}

/* 1 to 9, with whether n_left is counted in the last step. */
inline kvfree(x, c, counted)
{
	d_step { RUNS(x) -> saved[x] = irq[c]; irq[c] = 1 };
	d_step { RUNS(x) && !lk[c] -> lk[c] = x + 1 };
	if
	:: RUNS(x) && !blk[c]
	:: RUNS(x) && blk[c] && bc[c] < BULK -> goto l5
	:: RUNS(x) && blk[c] && bc[c] == BULK -> goto l6
	fi;
	if
	:: d_step { RUNS(x) && pgc[c] -> pgc[c]--; blk[c] = 1 }
	:: RUNS(x) && !pgc[c] -> goto l6
	fi;
l5:	if :: d_step { RUNS(x) ->
		gpw[object[x]] = inside;
		b[c * 2 + bc[c]] = object[x];
		bc[c]++;
		object[x] = 0 } -> goto l7
	fi;
l6:	if :: d_step { RUNS(x) ->
		gpw[object[x]] = inside;
		hd[c] = hd[c] | (1 << object[x]);
		object[x] = 0 }
	fi;
l7:	if :: d_step { RUNS(x) -> todo[c] = 1 } fi;
	d_step { RUNS(x) -> lk[c] = 0 };
	d_step { RUNS(x) -> irq[c] = saved[x]; saved[x] = 0; n_left = n_left - (counted && !n[x] -> 1 : 0) }
}

active proctype T0()
{
end_begin:
	if :: d_step { RUNS(0) && n[0] -> unlink_next(0) } fi;
	kvfree(0, 0, 1);
	goto end_begin
}

active proctype T1()
{
end_begin:
	if :: d_step { n[1] -> unlink_next(1) } fi;
	kvfree(1, 1, 1);
	goto end_begin
}

active proctype handler()
{
end_begin:
	if :: d_step { n[H] && !act && !irq[0] -> act = 1; irq[0] = 1 } fi;
	d_step { RUNS(H) -> unlink_next(H) };
	kvfree(H, 0, 0);
	d_step { RUNS(H) -> act = 0; irq[0] = 0; n_left = n_left - (n[H] -> 0 : 1) };
	goto end_begin
}

#define DRAIN(c) (todo[c] && ws[c] == IDLE)
#define FREE(c) (ws[c] == READY)
#define HOME (!n_left && !rounds[0] && !rounds[1] && !linked && !gst \
	&& !todo[0] && !todo[1] && ws[0] == IDLE && ws[1] == IDLE)

inline free_object()
{
	assert(!((freed >> j) & 1) && !gpw[j]);
	freed = freed | (1 << j);
	FORGET
}

active proctype worker()
{
begin:
	if
	:: DRAIN(0) -> goto drain
	:: d_step { DRAIN(1) -> wc = 1 } -> goto drain
	:: FREE(0) -> goto free
	:: d_step { FREE(1) -> wc = 1 } -> goto free
	:: d_step { HOME -> assert(freed == ALL) } -> goto end_home
	fi;
drain:
	if :: d_step { !lk[wc] -> lk[wc] = 4 } fi;
	d_step {
#if BUG
		ws[wc] = (bc[wc] -> WANTS_GP : READY);
#else
		ws[wc] = WANTS_GP;
#endif
		wblk[wc] = blk[wc];
		blk[wc] = 0;
		wbc[wc] = bc[wc];
		bc[wc] = 0;
		wb[wc * 2] = b[wc * 2];
		b[wc * 2] = 0;
		wb[wc * 2 + 1] = b[wc * 2 + 1];
		b[wc * 2 + 1] = 0;
		wh[wc] = hd[wc];
		hd[wc] = 0
	};
	todo[wc] = 0;
	d_step { lk[wc] = 0; wc = 0 };
	goto begin;
free:
	if
	:: d_step { wbc[wc] ->
			wbc[wc]--;
			j = wb[wc * 2 + wbc[wc]];
			wb[wc * 2 + wbc[wc]] = 0;
			free_object() } -> goto free
	:: !wbc[wc]
	fi;
	d_step { pgc[wc] = pgc[wc] + wblk[wc]; wblk[wc] = 0 };
heads:
	if
	:: d_step { wh[wc] ->
			j = 0;
			do
			:: !((wh[wc] >> j) & 1) -> j++
			:: else -> break
			od;
			wh[wc] = wh[wc] & ~(1 << j);
			free_object() } -> goto heads
	:: !wh[wc]
	fi;
	d_step { ws[wc] = IDLE; wc = 0 };
	goto begin;
end_home:
	false
}

inline all_batches(from, to)
{
	ws[0] = (ws[0] == from -> to : ws[0]);
	ws[1] = (ws[1] == from -> to : ws[1])
}

active proctype grace_periods()
{
end_begin:
	if :: d_step { !gst && (ws[0] == WANTS_GP || ws[1] == WANTS_GP) ->
		gst = 1;
		gmask = inside;
		all_batches(WANTS_GP, IN_GP) }
	fi;
	d_step { !gmask -> gst = 0; all_batches(IN_GP, READY) };
	goto end_begin
}

inline any_linked(r, idx)
{
	(linked >> idx) & 1 -> at[r] = idx
}

inline reader(r)
{
	if :: d_step { rounds[r] -> inside = inside | (1 << r) } fi;
	if
	:: d_step { any_linked(r, 0) }
	:: d_step { any_linked(r, 1) }
	:: d_step { any_linked(r, 2) }
	:: d_step { any_linked(r, 3) }
	:: d_step { any_linked(r, 4) }
	:: d_step { any_linked(r, 5) }
	:: !linked -> goto out
	fi;
	d_step { assert(!((freed >> at[r]) & 1)); at[r] = 0 };
out:
	if :: d_step { true ->
		rounds[r]--;
		inside = inside & ~(1 << r);
		gmask = gmask & ~(1 << r);
		j = 0;
		do
		:: j < N_OBJECTS -> gpw[j] = gpw[j] & ~(1 << r); j++
		:: else -> break
		od;
		FORGET }
	fi
}

#if RA
active proctype R0()
{
end_begin:
	reader(0);
	goto end_begin
}
#endif

#if RB
active proctype R1()
{
end_begin:
	reader(1);
	goto end_begin
}
#endif
