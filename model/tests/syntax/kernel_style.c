/* Idiomatic kernel C: what the parser must take as it is. */
#ifndef _A_H
#define _A_H
typedef unsigned long size_t;
typedef unsigned int gfp_t;
typedef _Bool bool;
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define offsetof(T, m) __builtin_offsetof(T, m)
#define container_of(ptr, type, member) ({ \
	const char *inside = (const char *)(ptr); \
	_Static_assert(__builtin_types_compatible_p(typeof(*(ptr)), \
		       typeof(((type *)0)->member)), "wrong type"); \
	(type *)(inside - offsetof(type, member)); })
struct list_head { struct list_head *next, *prev; };
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&pos->member == (head))
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_first_entry(head, typeof(*pos), member);	\
	     !list_entry_is_head(pos, head, member);			\
	     pos = list_next_entry(pos, member))
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(first, second, ...) second
#define __or(x, y) ___or(x, y)
#define ___or(x, y) ____or(__ARG_PLACEHOLDER_##x, y)
#define ____or(junk, y) __take_second_arg(junk 1, y)
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(value) ____is_defined(__ARG_PLACEHOLDER_##value)
#define ____is_defined(junk) __take_second_arg(junk 1, 0)
#define IS_BUILTIN(config) __is_defined(config)
#define IS_MODULE(config) __is_defined(config##_MODULE)
#define IS_ENABLED(config) __or(IS_BUILTIN(config), IS_MODULE(config))
#define CONFIG_FOO 1
#define CONFIG_BAR_MODULE 1
#if !IS_ENABLED(CONFIG_FOO) || !IS_ENABLED(CONFIG_BAR) || IS_ENABLED(CONFIG_BAZ)
#error bad
#endif
#define same_type(a, b) (sizeof((typeof(a) *)1 == (typeof(b) *)1) != 0)
#define constant(e) (sizeof(int) == sizeof(*(1 ? ((void *)((long)(e) * 0L)) : (int *)1)))
#define choose(a, b, op) ((a) op (b) ? (a) : (b))
#define choose_once(a, b, name_a, name_b, op) ({ \
	typeof(a) name_a = (a); \
	typeof(b) name_b = (b); \
	choose(name_a, name_b, op); })
#define glue2(a, b) a##b
#define glue(a, b) glue2(a, b)
#define __UNIQUE_ID(prefix) glue(glue(__UNIQUE_ID_, prefix), __COUNTER__)
#define __careful_cmp(a, b, op) \
	__builtin_choose_expr(same_type(a, b) && constant(a) && constant(b), \
			      choose(a, b, op), \
			      choose_once(a, b, __UNIQUE_ID(a_), __UNIQUE_ID(b_), op))
#define min(x, y) __careful_cmp(x, y, <)
#define max(x, y) __careful_cmp(x, y, >)
#define min_t(type, x, y) __careful_cmp((type)(x), (type)(y), <)
#define WRITE_ONCE(x, val) do { *(volatile typeof(x) *)&(x) = (val); } while (0)
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define DEFINE_PER_CPU(type, name) __attribute__((section(".data..percpu" ""))) __typeof__(type) name
extern int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define pr_info(fmt, ...) printk("6" fmt, ##__VA_ARGS__)
#define pr_warn(fmt, args...) printk("4" fmt, ##args)
#endif

struct page {
	unsigned long flags;
	union {
		struct { struct list_head lru; void *mapping; unsigned long index; unsigned long private; };
		struct { unsigned long slab : 3, : 5, rest : 8; };
	};
	int _refcount;
} __attribute__((aligned(2 * sizeof(unsigned long)))) ;
struct __attribute__((packed)) hdr { char a; short b __attribute__((aligned(2))); char data[]; };
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef struct { int counter; } atomic_t, *atomic_p;
enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL = 5, __MAX_NR_ZONES };
static DEFINE_PER_CPU(int, pcp_count);
static const char * const zone_names[__MAX_NR_ZONES] = { [ZONE_DMA] = "DMA", [ZONE_DMA32 ... ZONE_NORMAL] = "Normal" };
static LIST_HEAD(free_list);
static int (*handlers[4])(int, char *) = { 0 };
int (*pick(int which))(int, char *) { return handlers[which & 3]; }
static inline __attribute__((unused)) bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}
static noinline struct page *get_page(gfp_t gfp, unsigned int order, int n)
{
	struct page *page, tmp = { .flags = 1, .lru = LIST_HEAD_INIT(tmp.lru) };
	unsigned long count = min(n, 4), m2 = min_t(unsigned long, n, order);
	int x[] = { 1, 2, [5] = 3 };
	if (unlikely(order >= 11))
		goto fail;
	list_for_each_entry(page, &free_list, lru) {
		if (page->flags & (1UL << 3))
			continue;
		pr_info("page %p\n", page);
		pr_warn("x\n");
		return page;
	}
	switch (n) {
	case 0 ... 3:
		count++;
		/* fall through */
		__attribute__((__fallthrough__));
	case 'a': case 'b':
		break;
	default:
		do { count--; } while (count > 3);
	}
	for (int i = 0, *p = &x[0]; i < 3; i++, p++)
		count += *p ?: sizeof x / sizeof(x[0]);
	WRITE_ONCE(tmp.flags, (unsigned long)count + ~0x1fULL + m2);
	tmp = (struct page){ .private = 3 };
	__auto_type q = &tmp;
	q->_refcount = _Generic(count, int: 1, unsigned long: 2, default: 3);
	if (0) { } else if (n) ; else { return (void *)0; }
fail:
	return __extension__ ((struct page *)0);
}
int main(void) { (void)get_page; (void)list_empty; (void)pcp_count; (void)zone_names; return 0; }
