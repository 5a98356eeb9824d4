/*
 * S3: kvfree_rcu() from two tasks and an interrupt, the worker that frees, grace periods, readers.
 *
 * Plain C without a kernel, as storm.c beside it: each atomic block is one step, and the numbers of
 * states and transitions are those of the Promela text beside it. The numbers in front of the
 * steps are the labels of that text.
 *
 * Defined before: NA, NB, NC objects that T0, T1 and the interrupt free, in that order; RA, RB
 * rounds of the readers, where a reader without rounds is no context; BUG 1 when the head list skips the
 * grace period if there is no bulk to wait for.
 */
void __bug(const char *file, int line);
void __wait(int condition);
unsigned int __choose(unsigned int n);

#define assert(condition) do { if (!(condition)) __bug(__FILE__, __LINE__); } while (0)

#define N_OBJECTS (NA + NB + NC)
#define ALL ((1 << N_OBJECTS) - 1)
#define BULK 2
#define H 2

/* A CPU's private batch. */
#define IDLE 0
#define WANTS_GP 1
#define IN_GP 2
#define READY 3

typedef unsigned char u8;

static u8 act, irq[2];
static u8 n[3] = { NA, NB, NC }, object[3], sv[3];
static const u8 end[3] = { NA, NA + NB, NA + NB + NC };
static u8 lk[2], blk[2], bc[2], b[2][BULK], hd[2], todo[2];
static u8 ws[2], wblk[2], wbc[2], wb[2][BULK], wh[2];
static u8 pgc[2] = { 1, 1 };
static u8 linked = ALL, freed, gpw[N_OBJECTS];
static u8 gst, gmask;
static u8 wc;
static u8 rounds[2] = { RA, RB }, inside, at[2];
/* Those who free, as long as they have something to do. */
static u8 n_left = !!NA + !!NB + !!NC;

/* T0 does not run while the handler does. */
#define RUNS(x) ((x) == 0 ? !act : (x) == H ? act : 1)
#define STEP(x) __wait(RUNS(x))
#define IS(mask, i) ((mask) >> (i) & 1)

/* 0 and 10: the next object; nobody finds it from now on. */
static void unlink_next(int x)
{
	object[x] = end[x] - n[x]--;
	linked &= ~(1 << object[x]);
}

/* 5 */
static void add_to_bulk(int x, int c)
{
	gpw[object[x]] = inside;
	b[c][bc[c]++] = object[x];
	object[x] = 0;
}

/* 6 */
static void add_to_heads(int x, int c)
{
	gpw[object[x]] = inside;
	hd[c] |= 1 << object[x];
	object[x] = 0;
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

/* 1 to 9, with `LAST` in the last step. */
#define KVFREE(x, c, LAST) \
	atomic { STEP(x); irq_save(x, c); } \
	atomic { __wait(RUNS(x) && !lk[c]); lk[c] = x + 1; } \
	atomic { STEP(x); if (blk[c]) { if (bc[c] < BULK) goto l5; goto l6; } } \
	atomic { STEP(x); if (!pgc[c]) goto l6; pgc[c]--; blk[c] = 1; } \
l5:	atomic { STEP(x); add_to_bulk(x, c); goto l7; } \
l6:	atomic { STEP(x); add_to_heads(x, c); } \
l7:	atomic { STEP(x); todo[c] = 1; } \
	atomic { STEP(x); lk[c] = 0; } \
	atomic { STEP(x); irq_restore(x, c); LAST; }

#define END_OR_NEXT(x) if (n[x]) goto begin; n_left--

#define TASK(name, x, c) \
void name(void) \
{ \
begin: \
	atomic { STEP(x); unlink_next(x); } \
	KVFREE(x, c, END_OR_NEXT(x)) \
}

TASK(T0, 0, 0)
TASK(T1, 1, 1)

void handler(void)
{
begin:
	atomic { __wait(!act && !irq[0]); act = irq[0] = 1; }
	atomic { STEP(H); unlink_next(H); }
	KVFREE(H, 0, )
	atomic { STEP(H); act = irq[0] = 0; END_OR_NEXT(H); }
}

/* 0: what the worker may do, a bit each: drain a CPU, free its batch, go home. */
#define DRAIN(c) (todo[c] && ws[c] == IDLE)
#define FREE(c) (ws[c] == READY)
#define HOME (!n_left && !rounds[0] && !rounds[1] && !linked && !gst \
	&& !todo[0] && !todo[1] && ws[0] == IDLE && ws[1] == IDLE)
#define WORK (DRAIN(0) | DRAIN(1) << 1 | FREE(0) << 2 | FREE(1) << 3 | HOME << 4)
#define N_WORK (DRAIN(0) + DRAIN(1) + FREE(0) + FREE(1) + HOME)

/* The place of the bit that `idx` bits come before. */
static int nth(int mask, int idx)
{
	int place = 0;

	while (!IS(mask, place) || idx-- > 0)
		place++;
	return place;
}

/* 2 */
static void to_batch(int c)
{
	ws[c] = BUG && !bc[c] ? READY : WANTS_GP;
	wblk[c] = blk[c];
	wbc[c] = bc[c];
	wh[c] = hd[c];
	for (int i = 0; i < BULK; i++) {
		wb[c][i] = b[c][i];
		b[c][i] = 0;
	}
	blk[c] = bc[c] = hd[c] = 0;
}

static void free_object(int object)
{
	assert(!IS(freed, object) && !gpw[object]);
	freed |= 1 << object;
}

/* 10: whether there was one. */
static int free_of_bulk(int c)
{
	if (!wbc[c])
		return 0;
	int object = wb[c][--wbc[c]];

	wb[c][wbc[c]] = 0;
	free_object(object);
	return 1;
}

/* 12: likewise. */
static int free_of_heads(int c)
{
	if (!wh[c])
		return 0;
	int object = nth(wh[c], 0);

	wh[c] &= ~(1 << object);
	free_object(object);
	return 1;
}

void worker(void)
{
begin:
	atomic {
		__wait(WORK);
		switch (nth(WORK, __choose(N_WORK))) {
		case 0:
			goto drain;
		case 1:
			wc = 1;
			goto drain;
		case 2:
			goto free;
		case 3:
			wc = 1;
			goto free;
		default:
			assert(freed == ALL);
			return;
		}
	}
drain:
	atomic { __wait(!lk[wc]); lk[wc] = 4; }
	atomic { to_batch(wc); }
	atomic { todo[wc] = 0; }
	atomic { lk[wc] = 0; wc = 0; goto begin; }
free:
	atomic { if (free_of_bulk(wc)) goto free; }
	atomic { pgc[wc] += wblk[wc]; wblk[wc] = 0; }
heads:
	atomic { if (free_of_heads(wc)) goto heads; }
	atomic { ws[wc] = IDLE; wc = 0; goto begin; }
}

static void all_batches(int from, int to)
{
	for (int c = 0; c < 2; c++)
		if (ws[c] == from)
			ws[c] = to;
}

/* The objects of a batch for which no grace period will be asked any more. */
static int waited_for(int c)
{
	int objects = wh[c];

	for (int i = 0; i < wbc[c]; i++)
		objects |= 1 << wb[c][i];
	return ws[c] == READY ? objects : 0;
}

/*
 * Ends with the last grace period, so that nobody waits for ever when all is done. (With BUG the
 * last batch may need none; then it does wait.)
 */
void grace_periods(void)
{
begin:
	atomic {
		__wait(!gst && (ws[0] == WANTS_GP || ws[1] == WANTS_GP));
		gst = 1;
		gmask = inside;
		all_batches(WANTS_GP, IN_GP);
	}
	atomic {
		__wait(!gmask);
		gst = 0;
		all_batches(IN_GP, READY);
		if ((freed | waited_for(0) | waited_for(1)) != ALL)
			goto begin;
	}
}

/* 1: any object that is linked; whether there is one. */
#define N_LINKED (IS(linked, 0) + IS(linked, 1) + IS(linked, 2) \
	+ IS(linked, 3) + IS(linked, 4) + IS(linked, 5))
#if N_OBJECTS > 6
#error "N_LINKED counts six objects"
#endif

static int look_up(int r, int idx)
{
	if (!linked)
		return 0;
	at[r] = nth(linked, idx);
	return 1;
}

/* 3 */
static void leave(int r)
{
	int others = ~(1 << r);

	rounds[r]--;
	inside &= others;
	gmask &= others;
	for (int object = 0; object < N_OBJECTS; object++)
		gpw[object] &= others;
}

#define READER(name, r) \
void name(void) \
{ \
begin: \
	atomic { inside |= 1 << r; } \
	atomic { if (!look_up(r, __choose(N_LINKED + !linked))) goto out; } \
	atomic { assert(!IS(freed, at[r])); at[r] = 0; } \
out: \
	atomic { leave(r); if (rounds[r]) goto begin; } \
}

#if RA
READER(R0, 0)
#endif
#if RB
READER(R1, 1)
#endif
