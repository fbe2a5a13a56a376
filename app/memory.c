#include "app/memory.h"

#include <stdlib.h> /* says whether it is glibc */

#ifdef __GLIBC__
#include <malloc.h>

enum { LARGE_BLOCK = 256 << 10 };

/* Left alone, glibc takes the size of any block that was freed, up to 32 MB, for one that is needed again and again: blocks
 * of that size then lie in its heaps, which grow through a lecture and are never whole again. */
void memory_start(void)
{
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

void memory_give_back(void)
{
    malloc_trim(0);
}
#else
void memory_start(void)
{
}

void memory_give_back(void)
{
}
#endif
