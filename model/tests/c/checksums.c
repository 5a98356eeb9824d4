/*+++
title = "Checksums: CRC-32, Fletcher, xorshift, FNV"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <stdint.h>

static uint32_t crc_table[256];

static void crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
		crc_table[i] = c;
	}
}

static uint32_t crc32(const void *data, unsigned long n)
{
	const uint8_t *p = data;
	uint32_t c = ~0u;

	while (n--)
		c = crc_table[(c ^ *p++) & 0xff] ^ (c >> 8);
	return ~c;
}

static uint16_t fletcher(const uint8_t *p, int n)
{
	uint8_t a = 0, b = 0;

	for (; n; n--) {
		a = (a + *p++) % 255;
		b = (b + a) % 255;
	}
	return b << 8 | a;
}

static uint64_t xorshift(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static uint64_t fnv(const char *s)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	while (*s)
		h = (h ^ (uint8_t)*s++) * 0x100000001b3ULL;
	return h;
}

int main(void)
{
	static const char text[] = "may not sleep here";
	uint64_t state = 88172645463325252ULL;
	int8_t small = 0;
	int i;

	crc_init();
	printf("%08x %08x\n", crc32("123456789", 9), crc32(text, sizeof(text) - 1));
	printf("%04x %llx\n", fletcher((const uint8_t *)text, 18), (unsigned long long)fnv(text));
	for (i = 0; i < 5; i++) {
		uint64_t x = xorshift(&state);

		small += x;
		printf("%llx %d %ld\n", (unsigned long long)x, (int)(x % 1000), (long)x % 1000);
	}
	return (uint8_t)small ^ (crc32(text, 5) & 0x3f);
}
