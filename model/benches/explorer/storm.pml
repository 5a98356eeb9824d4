/*
 * storm.c for SPIN: the same statements under the same labels, with the same definitions. Each
 * d_step or lone condition is one transition; a goto after it belongs to it. (What is jumped to is in
 * an `if` of its own, because SPIN refuses jumps to a d_step.)
 */
#define N_PAGES 16
#define NONE 16
#define HIGH 2
#define BATCH 2
#define IN_BUDDY 0
#define IN_PCP 1
#define IN_TRANSIT 2
#define OWNED 3
#define H 2

short f[4] = { 0, 0, 0, 257 };
byte wh[N_PAGES];
byte pcp[8];
byte cnt[2];
bit irq[2];
bit act;
byte lock;
byte n[3] = { N0, N1, NH };
byte pg[3];
byte k[3];
byte o[3];
bit saved[3];
byte hold_page[6];
byte hold_order[6];
byte n_hold[3];

/* Within a step only. Breadth first SPIN has no hidden variables; there they are in the state, as 0. */
#if BREADTH_FIRST
byte p;
byte q;
#define FORGET p = 0; q = 0
#else
hidden byte p;
hidden byte q;
#define FORGET skip
#endif

/* T0 does not run while the handler does. */
#define RUNS(x) ((x) == 0 -> !act : ((x) == H -> act : 1))
#if NMI
#define CAPACITY(x) 2
#else
#define CAPACITY(x) ((x) == H -> 1 : 2)
#endif
#define FULL(x) (n_hold[x] == CAPACITY(x))
#define TOP_ORDER(x) hold_order[x * 2 + n_hold[x] - 1]
#define FREE_FROM_1 (f[1] || f[2] || f[3])
#define BUDDY(x) (pg[x] ^ (1 << o[x]))
#define MERGES(x) (o[x] < 3 && (f[o[x]] & (1 << BUDDY(x))))

/* Takes the smallest and lowest free block of that order or more, of which there is one: p, q. */
inline take_block(order)
{
	q = order;
	do
	:: !f[q] -> q++
	:: else -> break
	od;
	p = 0;
	do
	:: !(f[q] & (1 << p)) -> p++
	:: else -> break
	od;
	f[q] = f[q] ^ (1 << p)
}

/* 0: pops what is freed. */
inline unhold(x)
{
	n_hold[x]--;
	q = hold_order[x * 2 + n_hold[x]];
	p = hold_page[x * 2 + n_hold[x]];
	hold_order[x * 2 + n_hold[x]] = 0;
	hold_page[x * 2 + n_hold[x]] = 0;
	pg[x] = p;
	assert(wh[p] == OWNED + x);
	wh[p] = IN_TRANSIT;
	if
	:: q -> assert(wh[p + 1] == OWNED + x); wh[p + 1] = IN_TRANSIT
	:: else
	fi;
	FORGET
}

/* 19, 26 */
inline hold(x, order)
{
	p = pg[x];
	pg[x] = 0;
	if
	:: p != NONE ->
		assert(!FULL(x));
		assert(wh[p] == IN_TRANSIT);
		wh[p] = OWNED + x;
		if
		:: order -> assert(wh[p + 1] == IN_TRANSIT); wh[p + 1] = OWNED + x
		:: else
		fi;
		hold_page[x * 2 + n_hold[x]] = p;
		hold_order[x * 2 + n_hold[x]] = order;
		n_hold[x]++
	:: else
	fi;
	FORGET
}

inline irq_save(x, c)
{
	saved[x] = irq[c];
	irq[c] = 1
}

inline irq_restore(x, c)
{
	irq[c] = saved[x];
	saved[x] = 0
}

/* 13 */
inline refill(c)
{
	take_block(0);
	do
	:: q > 0 -> q--; f[q] = f[q] | (1 << (p + (1 << q)))
	:: else -> break
	od;
	assert(wh[p] == IN_BUDDY && cnt[c] < 4);
	wh[p] = IN_PCP;
	pcp[c * 4 + cnt[c]] = p;
	cnt[c]++;
	FORGET
}

/* 16, 17 */
inline take_top(x, c)
{
	assert(wh[pg[x]] == IN_PCP && cnt[c] > 0);
	cnt[c]--;
	pcp[c * 4 + cnt[c]] = 0;
	wh[pg[x]] = IN_TRANSIT
}

/* 34 */
inline take_oldest(x, c)
{
	pg[x] = pcp[c * 4];
	pcp[c * 4] = pcp[c * 4 + 1];
	pcp[c * 4 + 1] = pcp[c * 4 + 2];
	pcp[c * 4 + 2] = pcp[c * 4 + 3];
	pcp[c * 4 + 3] = 0;
	cnt[c]--;
	assert(wh[pg[x]] == IN_PCP);
	wh[pg[x]] = IN_BUDDY
}

/* 35, 42 */
inline merge(x)
{
	p = BUDDY(x);
	f[o[x]] = f[o[x]] ^ (1 << p);
	pg[x] = pg[x] & p;
	o[x]++;
	FORGET
}

inline put_block(x)
{
	f[o[x]] = f[o[x]] | (1 << pg[x]);
	pg[x] = 0;
	o[x] = 0
}

inline ALLOC_PAGE(x, c)
{
#if BUG
	if :: d_step { RUNS(x) -> saved[x] = irq[c]; irq[c] = (x == 0 -> irq[c] : 1) } fi;
#else
	if :: d_step { RUNS(x) -> irq_save(x, c) } fi;
#endif
	if
	:: RUNS(x) && cnt[c] -> goto l16
	:: RUNS(x) && !cnt[c]
	fi;
	d_step { RUNS(x) && !lock -> lock = x + 1 };
l13:	if
	:: d_step { RUNS(x) && !f[0] && !FREE_FROM_1 -> k[x] = 0 }
	:: d_step { RUNS(x) && (f[0] || FREE_FROM_1) && k[x] + 1 < BATCH -> refill(c); k[x]++ } -> goto l13
	:: d_step { RUNS(x) && (f[0] || FREE_FROM_1) && k[x] + 1 == BATCH -> refill(c); k[x] = 0 }
	fi;
	d_step { RUNS(x) -> lock = 0 };
l16:	if
	:: d_step { RUNS(x) && !cnt[c] -> pg[x] = NONE }
#if SPLIT
	:: d_step { RUNS(x) && cnt[c] -> pg[x] = pcp[c * 4 + cnt[c] - 1] };
		d_step { RUNS(x) -> take_top(x, c) }
#else
	:: d_step { RUNS(x) && cnt[c] -> pg[x] = pcp[c * 4 + cnt[c] - 1]; take_top(x, c) }
#endif
	fi;
	d_step { RUNS(x) -> irq_restore(x, c) };
	d_step { RUNS(x) -> hold(x, 0) };
	goto leave
}

inline ALLOC_PAIR(x, c)
{
	if :: d_step { RUNS(x) -> irq_save(x, c) } fi;
	d_step { RUNS(x) && !lock -> lock = x + 1 };
	if
	:: d_step { RUNS(x) && !FREE_FROM_1 -> pg[x] = NONE } -> goto l24
	:: d_step { RUNS(x) && FREE_FROM_1 ->
			take_block(1);
			assert(wh[p] == IN_BUDDY && wh[p + 1] == IN_BUDDY);
			wh[p] = IN_TRANSIT;
			wh[p + 1] = IN_TRANSIT;
			pg[x] = p;
			k[x] = q;
			FORGET }
	fi;
l23:	if
	:: d_step { RUNS(x) && k[x] == 1 -> k[x] = 0 }
	:: d_step { RUNS(x) && k[x] > 1 ->
			k[x]--;
			f[k[x]] = f[k[x]] | (1 << (pg[x] + (1 << k[x]))) } -> goto l23
	fi;
l24:	if :: d_step { RUNS(x) -> lock = 0 } fi;
	d_step { RUNS(x) -> irq_restore(x, c) };
	d_step { RUNS(x) -> hold(x, 1) };
	goto leave
}

inline FREE_PAGE(x, c)
{
	if :: d_step { RUNS(x) -> irq_save(x, c) } fi;
	d_step { RUNS(x) ->
		assert(wh[pg[x]] == IN_TRANSIT && cnt[c] < 4);
		wh[pg[x]] = IN_PCP;
		pcp[c * 4 + cnt[c]] = pg[x];
		cnt[c]++;
		pg[x] = 0 };
	if
	:: RUNS(x) && cnt[c] <= HIGH -> goto l37
	:: RUNS(x) && cnt[c] > HIGH
	fi;
	d_step { RUNS(x) && !lock -> lock = x + 1 };
l34:	if
	:: d_step { RUNS(x) && !cnt[c] -> k[x] = 0 } -> goto l36
	:: d_step { RUNS(x) && cnt[c] -> take_oldest(x, c) }
	fi;
l35:	if
	:: d_step { RUNS(x) && MERGES(x) -> merge(x) } -> goto l35
	:: d_step { RUNS(x) && !MERGES(x) && k[x] + 1 < BATCH -> put_block(x); k[x]++ } -> goto l34
	:: d_step { RUNS(x) && !MERGES(x) && k[x] + 1 == BATCH -> put_block(x); k[x] = 0 }
	fi;
l36:	if :: d_step { RUNS(x) -> lock = 0 } fi;
l37:	if :: d_step { RUNS(x) -> irq_restore(x, c) } fi;
	goto leave
}

inline FREE_PAIR(x, c)
{
	if :: d_step { RUNS(x) -> irq_save(x, c) } fi;
	d_step { RUNS(x) && !lock ->
		lock = x + 1;
		p = pg[x];
		assert(wh[p] == IN_TRANSIT && wh[p + 1] == IN_TRANSIT);
		wh[p] = IN_BUDDY;
		wh[p + 1] = IN_BUDDY;
		o[x] = 1;
		FORGET };
l42:	if
	:: d_step { RUNS(x) && MERGES(x) -> merge(x) } -> goto l42
	:: d_step { RUNS(x) && !MERGES(x) -> put_block(x) }
	fi;
	d_step { RUNS(x) -> lock = 0 };
	d_step { RUNS(x) -> irq_restore(x, c) };
	goto leave
}

#define MAY_BEGIN(x) (RUNS(x) && (x == H || n[x]))
#define BEGIN(x) n[x] = n[x] - (x == H -> 0 : 1)

/* Two allocations while there is room, and a free while something is held. */
inline ANY(x, c)
{
	if
	:: d_step { MAY_BEGIN(x) && !FULL(x) -> BEGIN(x) } -> goto l10
	:: d_step { MAY_BEGIN(x) && !FULL(x) -> BEGIN(x) } -> goto l20
	:: d_step { MAY_BEGIN(x) && n_hold[x] && TOP_ORDER(x) == 0 -> BEGIN(x); unhold(x) } -> goto l30
	:: d_step { MAY_BEGIN(x) && n_hold[x] && TOP_ORDER(x) == 1 -> BEGIN(x); unhold(x) } -> goto l40
	fi;
l10:	ALLOC_PAGE(x, c);
l20:	ALLOC_PAIR(x, c);
l30:	FREE_PAGE(x, c);
l40:	FREE_PAIR(x, c)
}

active proctype T0()
{
end_begin:
	ANY(0, 0);
leave:	goto end_begin
}

#if N1
active proctype T1()
{
end_begin:
	ANY(1, 1);
leave:	goto end_begin
}
#endif

active proctype handler()
{
end_begin:
#if NMI
	if :: d_step { n[H] && !act -> act = 1; n[H]-- } fi;
	RUNS(H);
#if LOCKLESS
	d_step { RUNS(H) -> irq_save(H, 0) };
	if
	:: d_step { RUNS(H) && !cnt[0] -> pg[H] = NONE }
#if SPLIT
	:: d_step { RUNS(H) && cnt[0] -> pg[H] = pcp[cnt[0] - 1] };
		d_step { RUNS(H) -> take_top(H, 0) }
#else
	:: d_step { RUNS(H) && cnt[0] -> pg[H] = pcp[cnt[0] - 1]; take_top(H, 0) }
#endif
	fi;
	d_step { RUNS(H) -> irq_restore(H, 0) };
	d_step { RUNS(H) -> hold(H, 0) };
#else
	ALLOC_PAGE(H, 0);
#endif
leave:	if :: d_step { RUNS(H) -> act = 0 } fi;
#else
	if :: d_step { n[H] && !act && !irq[0] -> act = 1; irq[0] = 1; n[H]-- } fi;
	ANY(H, 0);
leave:	if :: d_step { RUNS(H) -> act = 0; irq[0] = 0 } fi;
#endif
	goto end_begin
}
