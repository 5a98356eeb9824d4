/*
 * S2: an alloc/free storm on two CPUs and an interrupt on CPU 0; S1: an NMI against zone->lock.
 *
 * Plain C without a kernel: interrupts, locks and per-CPU lists are variables, so that other tools
 * can be given the same text. Each atomic block is one step; the numbers are those of the
 * Promela text beside it. Sixteen pages, buddy orders 0 to 3.
 *
 * Defined before: N0, N1, NH operations or activations of the contexts; NMI 1 when the handler is
 * one; LOCKLESS 1 when it calls the lockless allocator only; SPLIT 1 when a list pop takes two
 * steps; BUG 1 when T0's allocation forgets to disable interrupts.
 */
void __bug(const char *file, int line);
void __wait(int condition);
unsigned int __choose(unsigned int n);

#define assert(condition) do { if (!(condition)) __bug(__FILE__, __LINE__); } while (0)

#define N_PAGES 16
#define NONE 16
#define HIGH 2
#define BATCH 2
#define IN_BUDDY 0
#define IN_PCP 1
#define IN_TRANSIT 2
#define OWNED 3
#define H 2

typedef unsigned char u8;

static unsigned short f[4] = { 0, 0, 0, 1 << 0 | 1 << 8 };
static u8 wh[N_PAGES];
static u8 pcp[2][4], cnt[2], irq[2];
static u8 act, lock;
static u8 n[3] = { N0, N1, NH };
static u8 pg[3], k[3], o[3], sv[3];
static u8 hold_page[3][2], hold_order[3][2], n_hold[3];

/* T0 does not run while the handler does. */
#define RUNS(x) ((x) == 0 ? !act : (x) == H ? act : 1)
#define CAPACITY(x) ((x) == H && !NMI ? 1 : 2)
#define FULL(x) (n_hold[x] == CAPACITY(x))

static void pages_are(int page, int order, int what)
{
	for (int i = 0; i < 1 << order; i++)
		assert(wh[page + i] == what);
}

static void pages_become(int page, int order, int what)
{
	for (int i = 0; i < 1 << order; i++)
		wh[page + i] = what;
}

/* Takes the smallest and lowest free block of that order or more; its order, or 4. */
static int take_block(int x, int order)
{
	for (; order < 4; order++) {
		if (!f[order])
			continue;
		int page = 0;

		while (!(f[order] & 1 << page))
			page++;
		f[order] ^= 1 << page;
		pg[x] = page;
		return order;
	}
	return 4;
}

/* 0: pops what is freed; its order. */
static int unhold(int x)
{
	int last = --n_hold[x];
	int order = hold_order[x][last];

	pg[x] = hold_page[x][last];
	hold_page[x][last] = hold_order[x][last] = 0;
	pages_are(pg[x], order, OWNED + x);
	pages_become(pg[x], order, IN_TRANSIT);
	return order;
}

/* 19, 26 */
static void hold(int x, int order)
{
	int page = pg[x];

	pg[x] = 0;
	if (page == NONE)
		return;
	assert(!FULL(x));
	pages_are(page, order, IN_TRANSIT);
	pages_become(page, order, OWNED + x);
	hold_page[x][n_hold[x]] = page;
	hold_order[x][n_hold[x]++] = order;
}

static void irq_save(int x, int c)
{
	sv[x] = irq[c];
	irq[c] = 1;
}

static void irq_restore(int x, int c)
{
	irq[c] = sv[x];
	sv[x] = 0;
}

/* 13: one page for the list; whether another one follows. */
static int refill(int x, int c)
{
	int order = take_block(x, 0);
	int page = pg[x];

	pg[x] = 0;
	if (order == 4) {
		k[x] = 0;
		return 0;
	}
	while (order-- > 0)
		f[order] |= 1 << (page + (1 << order));
	assert(wh[page] == IN_BUDDY && cnt[c] < 4);
	wh[page] = IN_PCP;
	pcp[c][cnt[c]++] = page;
	if (k[x] + 1 == BATCH) {
		k[x] = 0;
		return 0;
	}
	k[x]++;
	return 1;
}

/* 16, 17: whether the second half is another step. */
static void take_top(int x, int c)
{
	assert(wh[pg[x]] == IN_PCP && cnt[c] > 0);
	pcp[c][--cnt[c]] = 0;
	wh[pg[x]] = IN_TRANSIT;
}

static int pop(int x, int c)
{
	if (!cnt[c]) {
		pg[x] = NONE;
		return 0;
	}
	pg[x] = pcp[c][cnt[c] - 1];
	if (SPLIT)
		return 1;
	take_top(x, c);
	return 0;
}

/* 22: whether a block was found. */
static int take_pair(int x)
{
	int order = take_block(x, 1);

	if (order == 4) {
		pg[x] = NONE;
		return 0;
	}
	assert(wh[pg[x]] == IN_BUDDY && wh[pg[x] + 1] == IN_BUDDY);
	pages_become(pg[x], 1, IN_TRANSIT);
	k[x] = order;
	return 1;
}

/* 23: whether there is more to split. */
static int split(int x)
{
	if (k[x] == 1) {
		k[x] = 0;
		return 0;
	}
	k[x]--;
	f[k[x]] |= 1 << (pg[x] + (1 << k[x]));
	return 1;
}

/* 31 */
static void push(int x, int c)
{
	assert(wh[pg[x]] == IN_TRANSIT && cnt[c] < 4);
	wh[pg[x]] = IN_PCP;
	pcp[c][cnt[c]++] = pg[x];
	pg[x] = 0;
}

/* 34: whether there was one. */
static int take_oldest(int x, int c)
{
	if (!cnt[c]) {
		k[x] = 0;
		return 0;
	}
	pg[x] = pcp[c][0];
	for (int i = 1; i < 4; i++)
		pcp[c][i - 1] = pcp[c][i];
	pcp[c][3] = 0;
	cnt[c]--;
	assert(wh[pg[x]] == IN_PCP);
	wh[pg[x]] = IN_BUDDY;
	return 1;
}

/* 35, 42: merges with the buddy; whether it may merge on. */
static int merge(int x)
{
	int buddy = pg[x] ^ 1 << o[x];

	if (o[x] < 3 && f[o[x]] & 1 << buddy) {
		f[o[x]] ^= 1 << buddy;
		pg[x] &= buddy;
		o[x]++;
		return 1;
	}
	f[o[x]] |= 1 << pg[x];
	pg[x] = o[x] = 0;
	return 0;
}

/* 35: whether another page is given back. */
static int more_to_drain(int x)
{
	if (k[x] + 1 == BATCH) {
		k[x] = 0;
		return 0;
	}
	k[x]++;
	return 1;
}

/* 41 */
static void free_pair(int x)
{
	pages_are(pg[x], 1, IN_TRANSIT);
	pages_become(pg[x], 1, IN_BUDDY);
	o[x] = 1;
}

#define STEP(x) __wait(RUNS(x))
#define TAKE_LOCK(x) do { __wait(RUNS(x) && !lock); lock = x + 1; } while (0)

/* What a context of CPU c may do; each ends with `goto end`'s statement in its last step. */
#define ALLOC_PAGE(x, c, END) \
l10:	atomic { STEP(x); if (BUG && x == 0) sv[x] = irq[c]; else irq_save(x, c); } \
	atomic { STEP(x); if (cnt[c]) goto l16; } \
	atomic { TAKE_LOCK(x); } \
l13:	atomic { STEP(x); if (refill(x, c)) goto l13; } \
	atomic { STEP(x); lock = 0; } \
l16:	atomic { STEP(x); if (!pop(x, c)) goto l18; } \
	atomic { STEP(x); take_top(x, c); } \
l18:	atomic { STEP(x); irq_restore(x, c); } \
	atomic { STEP(x); hold(x, 0); END; }

#define ALLOC_PAIR(x, c, END) \
l20:	atomic { STEP(x); irq_save(x, c); } \
	atomic { TAKE_LOCK(x); } \
	atomic { STEP(x); if (!take_pair(x)) goto l24; } \
l23:	atomic { STEP(x); if (split(x)) goto l23; } \
l24:	atomic { STEP(x); lock = 0; } \
	atomic { STEP(x); irq_restore(x, c); } \
	atomic { STEP(x); hold(x, 1); END; }

#define FREE_PAGE(x, c, END) \
l30:	atomic { STEP(x); irq_save(x, c); } \
	atomic { STEP(x); push(x, c); } \
	atomic { STEP(x); if (cnt[c] <= HIGH) goto l37; } \
	atomic { TAKE_LOCK(x); } \
l34:	atomic { STEP(x); if (!take_oldest(x, c)) goto l36; } \
l35:	atomic { STEP(x); if (merge(x)) goto l35; if (more_to_drain(x)) goto l34; } \
l36:	atomic { STEP(x); lock = 0; } \
l37:	atomic { STEP(x); irq_restore(x, c); END; }

#define FREE_PAIR(x, c, END) \
l40:	atomic { STEP(x); irq_save(x, c); } \
	atomic { TAKE_LOCK(x); free_pair(x); } \
l42:	atomic { STEP(x); if (merge(x)) goto l42; } \
	atomic { STEP(x); lock = 0; } \
	atomic { STEP(x); irq_restore(x, c); END; }

/* Two allocations while there is room, and a free while something is held. The choice comes first. */
#define CHOICES(x) (2 * !FULL(x) + !!n_hold[x])
#define CHOOSE(x, FIRST) \
	switch (__choose(CHOICES(x)) + 2 * FULL(x)) { \
	case 0: \
		FIRST; \
		goto l10; \
	case 1: \
		FIRST; \
		goto l20; \
	default: \
		FIRST; \
		if (unhold(x)) \
			goto l40; \
		goto l30; \
	}

#define END_OF_TASK(x) do { if (n[x]) goto begin; return; } while (0)

#define TASK(name, x, c) \
void name(void) \
{ \
begin: \
	atomic { STEP(x); CHOOSE(x, n[x]--) } \
	ALLOC_PAGE(x, c, END_OF_TASK(x)) \
	ALLOC_PAIR(x, c, END_OF_TASK(x)) \
	FREE_PAGE(x, c, END_OF_TASK(x)) \
	FREE_PAIR(x, c, END_OF_TASK(x)) \
}

TASK(T0, 0, 0)
#if N1
TASK(T1, 1, 1)
#endif

#if NMI
void handler(void)
{
begin:
	atomic { __wait(!act); act = 1; n[H]--; }
	atomic { STEP(H); goto l10; }
#if LOCKLESS
l10:	atomic { STEP(H); irq_save(H, 0); }
	atomic { STEP(H); if (!pop(H, 0)) goto l53; }
	atomic { STEP(H); take_top(H, 0); }
l53:	atomic { STEP(H); irq_restore(H, 0); }
	atomic { STEP(H); hold(H, 0); }
#else
	ALLOC_PAGE(H, 0, )
#endif
	atomic { STEP(H); act = 0; if (n[H]) goto begin; }
}
#else
void handler(void)
{
begin:
	atomic { __wait(!act && !irq[0]); act = irq[0] = 1; n[H]--; }
	atomic { STEP(H); CHOOSE(H, ) }
	ALLOC_PAGE(H, 0, goto end)
	ALLOC_PAIR(H, 0, goto end)
	FREE_PAGE(H, 0, goto end)
	FREE_PAIR(H, 0, )
end:
	atomic { STEP(H); act = irq[0] = 0; if (n[H]) goto begin; }
}
#endif
