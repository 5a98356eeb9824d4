/*+++
title = "Goto: forward, backward, into blocks; Duff's device"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static void copy(char *to, const char *from, int count)
{
	int n = (count + 7) / 8;

	switch (count % 8) {
	case 0: do {	*to++ = *from++;
	case 7:		*to++ = *from++;
	case 6:		*to++ = *from++;
	case 5:		*to++ = *from++;
	case 4:		*to++ = *from++;
	case 3:		*to++ = *from++;
	case 2:		*to++ = *from++;
	case 1:		*to++ = *from++;
		} while (--n > 0);
	}
}

static int unwind(int fail_at)
{
	int log = 0;

	if (fail_at == 1)
		goto out;
	log |= 1;
	if (fail_at == 2)
		goto undo_one;
	log |= 2;
	if (fail_at == 3)
		goto undo_two;
	return log | 0x100;
undo_two:
	log |= 0x20;
undo_one:
	log |= 0x10;
out:
	return log;
}

static int into(int way)
{
	int i = 0, sum = 0;

	if (way == 1)
		goto inside;
	if (way == 2)
		goto other;
	while (i < 3) {
		sum += 10;
inside:
		sum++;
		i++;
	}
	if (way == 3) {
other:
		sum += 1000;
		if (sum < 3000)
			goto other;
	} else {
		sum -= 5;
	}
	return sum;
}

int main(void)
{
	char text[32] = "";
	const char *from = "the quick brown fox jumps";
	int i = 0;

	copy(text, from, 25);
	printf("%s\n", text);
	copy(text + 4, from, 8);
	printf("%s\n", text);
	for (i = 1; i < 5; i++)
		printf("%x ", unwind(i));
	printf("\n%d %d %d %d\n", into(0), into(1), into(2), into(3));
again:
	if (i-- > 2)
		goto again;
	return i;
}
