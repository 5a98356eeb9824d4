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
#define container_of(ptr, type, member) ({				\
	void *__mptr = (void *)(ptr);					\
	_Static_assert(__builtin_types_compatible_p(typeof(*(ptr)), typeof(((type *)0)->member)) || \
			 __builtin_types_compatible_p(typeof(*(ptr)), void), "pointer type mismatch in container_of()"); \
	((type *)(__mptr - offsetof(type, member))); })
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
#define __take_second_arg(__ignored, val, ...) val
#define __or(x, y) ___or(x, y)
#define ___or(x, y) ____or(__ARG_PLACEHOLDER_##x, y)
#define ____or(arg1_or_junk, y) __take_second_arg(arg1_or_junk 1, y)
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_ENABLED(option) __or(IS_BUILTIN(option), IS_MODULE(option))
#define CONFIG_FOO 1
#define CONFIG_BAR_MODULE 1
#if !IS_ENABLED(CONFIG_FOO) || !IS_ENABLED(CONFIG_BAR) || IS_ENABLED(CONFIG_BAZ)
#error bad
#endif
#define __typecheck(x, y) (!!(sizeof((typeof(x) *)1 == (typeof(y) *)1)))
#define __is_constexpr(x) (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#define __no_side_effects(x, y) (__is_constexpr(x) && __is_constexpr(y))
#define __safe_cmp(x, y) (__typecheck(x, y) && __no_side_effects(x, y))
#define __cmp(x, y, op) ((x) op (y) ? (x) : (y))
#define __cmp_once(x, y, unique_x, unique_y, op) ({	\
		typeof(x) unique_x = (x);		\
		typeof(y) unique_y = (y);		\
		__cmp(unique_x, unique_y, op); })
#define ___PASTE(a,b) a##b
#define __PASTE(a,b) ___PASTE(a,b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define __careful_cmp(x, y, op) \
	__builtin_choose_expr(__safe_cmp(x, y), __cmp(x, y, op), \
		__cmp_once(x, y, __UNIQUE_ID(__x), __UNIQUE_ID(__y), op))
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
