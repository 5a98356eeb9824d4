/*+++
title = "Strings and characters"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <string.h>

static int count_words(const char *s)
{
	int n = 0, in = 0;

	for (; *s; s++) {
		if (*s == ' ')
			in = 0;
		else if (!in)
			in = 1, n++;
	}
	return n;
}

static char *reverse(char *s)
{
	char *a = s, *b = s + strlen(s) - 1;

	while (a < b) {
		char t = *a;

		*a++ = *b;
		*b-- = t;
	}
	return s;
}

static unsigned int hash(const char *s)
{
	unsigned int h = 5381;

	while (*s)
		h = h * 33 ^ (unsigned char)*s++;
	return h;
}

static const char *number(unsigned long v, char *end)
{
	*--end = 0;
	do
		*--end = "0123456789abcdef"[v % 16];
	while (v /= 16);
	return end;
}

int main(void)
{
	char buf[40] = "atomic", digits[20];
	const char *p = "a\tb\\\"\x41\102\0hidden";

	printf("[%s] [%8s] [%-8s] [%c%%]\n", buf, buf, buf, *buf);
	printf("%d %s\n", count_words(" many small  words "), reverse(buf));
	printf("%d %d %d\n", (int)strlen(p), p[0] < p[1], (int)sizeof("a\0b"));
	printf("%x %x\n", hash(""), hash(p));
	printf("%s %s\n", number(0, digits + 20), number(0xdeadbeefcafeUL, digits + 20));
	strcpy(buf, "zone");
	printf("%d %d %d\n", strcmp(buf, "zone") == 0, strcmp(buf, "zonf") < 0,
	       strncmp(buf, "zoo", 2) == 0);
	memcpy(buf + 4, "->lock", 7);
	memset(buf, 'Z', 1);
	printf("%s %d\n", buf, memcmp(buf, "Zone", 4));
	printf("%5d|%-5d|%05d|%x|%X|%3c|\n", -42, 42, 42, 255, 255, 'q');
	printf("%s %s\n", __func__, &"offset"[3]);
	return 'a' + '\n' - '0';
}
