/*
 * sizeclass.c - Go's size classes and the look-ups; see sizeclass.h.
 * The tables are Go 1.19's; harness/tests/sizeclasses_go.c compares each entry
 * with Go's own file, and the lemmas prove what the code needs of them: a
 * property of one index is a macro, which is asserted for many indices at a
 * time.  On 32-bit machines, where d * magic does not fit, "/" divides.
 */
#include "sizeclass.h"

/* ---- Tables: each is data for the code and a ghost for the contracts ---- */

#define SIZES \
      0,     8,    16,    24,    32,    48,    64,    80,    96,   112, \
    128,   144,   160,   176,   192,   208,   224,   240,   256,   288, \
    320,   352,   384,   416,   448,   480,   512,   576,   640,   704, \
    768,   896,  1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, \
   2688,  3072,  3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784, \
   6912,  8192,  9472,  9728, 10240, 10880, 12288, 13568, 14336, 16384, \
  18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,     0,     16

#define SLOTS \
     0, 1024,  512,  341,  256,  170,  128,  102,   85,   73, \
    64,   56,   51,   46,   42,   39,   36,   34,   32,   28, \
    25,   23,   21,   19,   18,   17,   16,   14,   12,   11, \
    10,    9,    8,    7,    6,   11,    5,    9,    4,    7, \
     3,    8,    5,    7,    2,    5,    3,    4,    5,    6, \
     7,    1,    6,    5,    4,    3,    2,    3,    4,    1, \
     4,    3,    2,    3,    1,    3,    2,    1,    0,   512

#define PAGES \
   0,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1, \
   1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  1, \
   1,  2,  1,  2,  1,  2,  1,  3,  2,  3,  1,  3,  2,  3,  4,  5,  6, \
   1,  7,  6,  5,  4,  3,  5,  7,  2,  9,  7,  5,  8,  3, 10,  7,  4, \
   0,   1

/* What free needs of a class, side by side in one cache line: 2^32 / size,
 * rounded up; the size; the slots. */
struct class_row {
  unsigned magic;
  unsigned short size;
  unsigned short slots;
};
static const struct class_row rows[CLASS_ENTRIES] = {
  {         0,    0,   0 }, { 536870912,    8,1024 }, { 268435456,   16, 512 },
  { 178956971,   24, 341 }, { 134217728,   32, 256 }, {  89478486,   48, 170 },
  {  67108864,   64, 128 }, {  53687092,   80, 102 }, {  44739243,   96,  85 },
  {  38347923,  112,  73 }, {  33554432,  128,  64 }, {  29826162,  144,  56 },
  {  26843546,  160,  51 }, {  24403224,  176,  46 }, {  22369622,  192,  42 },
  {  20648882,  208,  39 }, {  19173962,  224,  36 }, {  17895698,  240,  34 },
  {  16777216,  256,  32 }, {  14913081,  288,  28 }, {  13421773,  320,  25 },
  {  12201612,  352,  23 }, {  11184811,  384,  21 }, {  10324441,  416,  19 },
  {   9586981,  448,  18 }, {   8947849,  480,  17 }, {   8388608,  512,  16 },
  {   7456541,  576,  14 }, {   6710887,  640,  12 }, {   6100806,  704,  11 },
  {   5592406,  768,  10 }, {   4793491,  896,   9 }, {   4194304, 1024,   8 },
  {   3728271, 1152,   7 }, {   3355444, 1280,   6 }, {   3050403, 1408,  11 },
  {   2796203, 1536,   5 }, {   2396746, 1792,   9 }, {   2097152, 2048,   4 },
  {   1864136, 2304,   7 }, {   1597831, 2688,   3 }, {   1398102, 3072,   8 },
  {   1342178, 3200,   5 }, {   1242757, 3456,   7 }, {   1048576, 4096,   2 },
  {    883012, 4864,   5 }, {    798916, 5376,   3 }, {    699051, 6144,   4 },
  {    657931, 6528,   5 }, {    633103, 6784,   6 }, {    621379, 6912,   7 },
  {    524288, 8192,   1 }, {    453439, 9472,   6 }, {    441506, 9728,   5 },
  {    419431,10240,   4 }, {    394759,10880,   3 }, {    349526,12288,   2 },
  {    316552,13568,   3 }, {    299594,14336,   4 }, {    262144,16384,   1 },
  {    233017,18432,   4 }, {    225198,19072,   3 }, {    209716,20480,   2 },
  {    197380,21760,   3 }, {    174763,24576,   1 }, {    157533,27264,   3 },
  {    149797,28672,   2 }, {    131072,32768,   1 }, {         0,    0,   0 },
  { 268435456,   16, 512 }
};

static const unsigned char pages_table[CLASS_ENTRIES] = { PAGES };

/*@ ghost const unsigned short ClassSize[CLASS_ENTRIES] = { SIZES }; */
/*@ ghost const unsigned short ClassSlots[CLASS_ENTRIES] = { SLOTS }; */
/*@ ghost const unsigned char ClassPages[CLASS_ENTRIES] = { PAGES }; */

/* (n + 7) / 8 -> class, for n <= 1024. */
static const unsigned char size_to_class8[129] = {
   0,  1,  2,  3,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9, 10, 10,
  11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19,
  19, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 22, 22, 22, 22, 23, 23,
  23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27, 27, 27,
  27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 28, 28, 28, 29, 29, 29, 29,
  29, 29, 29, 29, 30, 30, 30, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31,
  31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 32, 32, 32, 32, 32, 32,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32
};

/* The same for malloc, without class 3: its 24 bytes are no multiple of 16; and
 * nothing is asked for as one byte is. */
static const unsigned char malloc_to_class8[129] = {
   1,  1,  2,  4,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9, 10, 10,
  11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19,
  19, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 22, 22, 22, 22, 23, 23,
  23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27, 27, 27,
  27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 28, 28, 28, 29, 29, 29, 29,
  29, 29, 29, 29, 30, 30, 30, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31,
  31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 32, 32, 32, 32, 32, 32,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32
};

/* (n - 1024 + 127) / 128 -> class, for n > 1016. */
static const unsigned char size_to_class128[249] = {
  32, 33, 34, 35, 36, 37, 37, 38, 38, 39, 39, 40, 40, 40, 41, 41, 41,
  42, 43, 43, 44, 44, 44, 44, 44, 45, 45, 45, 45, 45, 45, 46, 46, 46,
  46, 47, 47, 47, 47, 47, 47, 48, 48, 48, 49, 49, 50, 51, 51, 51, 51,
  51, 51, 51, 51, 51, 51, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 53,
  53, 54, 54, 54, 54, 55, 55, 55, 55, 55, 56, 56, 56, 56, 56, 56, 56,
  56, 56, 56, 56, 57, 57, 57, 57, 57, 57, 57, 57, 57, 57, 58, 58, 58,
  58, 58, 58, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59,
  59, 59, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
  60, 61, 61, 61, 61, 61, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 64, 64, 64, 64, 64, 64, 64,
  64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 65, 65,
  65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65,
  65, 65, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 67, 67, 67, 67,
  67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67,
  67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67
};

/* ---- Facts about the tables ---- */

#define FOUR(Q, k) (Q(k) && Q((k) + 1) && Q((k) + 2) && Q((k) + 3))
#define SIXTEEN(Q, k) \
  (FOUR(Q, k) && FOUR(Q, (k) + 4) && FOUR(Q, (k) + 8) && FOUR(Q, (k) + 12))
#define SIXTY(Q, k) (SIXTEEN(Q, k) && SIXTEEN(Q, (k) + 16) && \
  SIXTEEN(Q, (k) + 32) && FOUR(Q, (k) + 48) && FOUR(Q, (k) + 52) && \
  FOUR(Q, (k) + 56))

#define CLASS_CASE(k) \
  (c == (k) ==> 8 <= ClassSize[c] <= 32768 && \
   (c < CLASSES ==> ClassSize[c - 1] < ClassSize[c]) && \
   1 <= ClassPages[c] <= 10 && 1 <= ClassSlots[c] <= 1024 && \
   ClassSlots[c] * ClassSize[c] <= ClassPages[c] * 8192 < \
   (ClassSlots[c] + 1) * ClassSize[c])

/* Sizes increase; the slots fit in the pages and leave no room for more. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures entry: CLASS_CASE(c);
   @/
  static void lemma_entry(unsigned c) {
    /@ assert c1: SIXTY(CLASS_CASE, 1); @/
    /@ assert c61: FOUR(CLASS_CASE, 61) && FOUR(CLASS_CASE, 64) && CLASS_CASE(69); @/
  }
*/

#define MULTIPLE_CASE(k) \
  (c == (k) ==> ClassSize[c] % 16 == (c == 1 || c == 3 ? 8 : 0))

/* Every size is a multiple of 16 but 8 and 24, which are multiples of 8. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sixteen: MULTIPLE_CASE(c);
   @ ensures eight: ClassSize[c] % 8 == 0;
   @/
  static void lemma_multiple(unsigned c) {
    /@ assert c1: SIXTEEN(MULTIPLE_CASE, 1); @/
    /@ assert c17: SIXTEEN(MULTIPLE_CASE, 17); @/
    /@ assert c33: SIXTEEN(MULTIPLE_CASE, 33); @/
    /@ assert c49: SIXTEEN(MULTIPLE_CASE, 49); @/
    /@ assert c65: FOUR(MULTIPLE_CASE, 64) && MULTIPLE_CASE(69); @/
  }
*/

/*@ ghost
  void lemma_class(unsigned c) {
    lemma_entry(c);
    lemma_multiple(c);
  }
*/

/*@ ghost
  void lemma_large(void) { }
*/

#define TABLE_CASE(k) \
  (c == (k) ==> rows[c].size == ClassSize[c] && \
   rows[c].slots == ClassSlots[c] && pages_table[c] == ClassPages[c])

/* The code's tables are the contracts' tables. */
/*@ ghost
  /@ requires entry: c < CLASS_ENTRIES;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures same: TABLE_CASE(c);
   @/
  static void lemma_table(unsigned c) {
    /@ assert c0: SIXTY(TABLE_CASE, 0); @/
    /@ assert c60: FOUR(TABLE_CASE, 60) && FOUR(TABLE_CASE, 64); @/
    /@ assert c68: TABLE_CASE(68) && TABLE_CASE(69); @/
  }
*/

/* The one step of nonlinear arithmetic. */
/*@ ghost
  /@ requires less: a <= b;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures scaled: a * k <= b * k;
   @/
  static void lemma_scale(word a, word b, word k) { }
*/

/*@ ghost
  void lemma_product(word a, word b, word x, word y) {
    lemma_scale(a, x, b);
    lemma_scale(b, y, x);
  }
*/

/*@ ghost
  void lemma_slot_room(unsigned i, unsigned n, unsigned z) {
    lemma_scale(i + 1, n, z);
  }
*/

/*@ ghost
  void lemma_slot_apart(unsigned i, unsigned j, unsigned z) {
    if (i < j) {
      lemma_slot_room(i, j, z);
    }
    if (j < i) {
      lemma_slot_room(j, i, z);
    }
  }
*/

/* Slots of class c begin one behind the other. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures apart: \forall integer i, j; 0 <= i < j <= ClassSlots[c] ==>
   @   SlotStart(c, i) + ClassSize[c] <= SlotStart(c, j);
   @ ensures inside: \forall integer i; 0 <= i < ClassSlots[c] ==>
   @   0 <= SlotStart(c, i) <= ClassPages[c] * 8192 - ClassSize[c];
   @/
  static void lemma_slots(unsigned c) {
    unsigned n = ClassSlots[c];
    unsigned m = 0;
    lemma_class(c);
    /@ assert first: SlotStart(c, 0) == 0; @/
    /@ loop invariant range: 0 <= m <= n;
     @ loop invariant start: 0 <= SlotStart(c, m);
     @ loop invariant starts: \forall integer i; 0 <= i <= m ==>
     @   0 <= SlotStart(c, i);
     @ loop invariant apart: \forall integer i, j; 0 <= i < j <= m ==>
     @   SlotStart(c, i) + ClassSize[c] <= SlotStart(c, j);
     @ loop assigns m;
     @ loop variant n - m;
     @/
    while (m < n) {
      /@ assert next: SlotStart(c, m + 1) == SlotStart(c, m) + ClassSize[c]; @/
      m = m + 1u;
    }
    /@ assert last: SlotStart(c, n) <= ClassPages[c] * 8192; @/
  }
*/

/*@ ghost
  void lemma_classes(void) {
    unsigned m = 1;
    /@ loop invariant range: 1 <= m <= CLASS_ENTRIES;
     @ loop invariant bounds: \forall integer c; 1 <= c < m ==> c != 68 ==>
     @   8 <= ClassSize[c] && 1 <= ClassSlots[c] <= 1024;
     @ loop assigns m;
     @ loop variant CLASS_ENTRIES - m;
     @/
    while (m < CLASS_ENTRIES) {
      if (m != 68) {
        lemma_class(m);
      }
      m = m + 1u;
    }
  }
*/

/*@ ghost
  void lemma_class_slots(void) {
    unsigned m = 1;
    /@ loop invariant range: 1 <= m <= CLASS_ENTRIES;
     @ loop invariant apart: \forall integer c, i, j; 1 <= c < m ==>
     @   c != 68 ==> 0 <= i < j < ClassSlots[c] ==>
     @   SlotStart(c, i) + ClassSize[c] <= SlotStart(c, j);
     @ loop invariant inside: \forall integer c, i; 1 <= c < m ==>
     @   c != 68 ==> 0 <= i < ClassSlots[c] ==>
     @   0 <= SlotStart(c, i) <= ClassPages[c] * 8192 - ClassSize[c];
     @ loop assigns m;
     @ loop variant CLASS_ENTRIES - m;
     @/
    while (m < CLASS_ENTRIES) {
      if (m != 68) {
        lemma_class(m);
        lemma_slots(m);
      }
      m = m + 1u;
    }
  }
*/

#define POWER(k) ((k) == 8 || (k) == 16 || (k) == 32 || (k) == 64 || \
  (k) == 128 || (k) == 256 || (k) == 512 || (k) == 1024 || (k) == 2048 || \
  (k) == 4096 || (k) == 8192)

/*@ ghost
  /@ requires power: POWER(k);
   @ requires range: p <= 33554432;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures multiple: (s * 8192 + p * k) % k == 0;
   @/
  static void lemma_multiple_of(unsigned s, unsigned p, unsigned k) {
    if (k == 8) { /@ assert m: (s * 8192 + p * 8) % 8 == 0; @/ return; }
    if (k == 16) { /@ assert m: (s * 8192 + p * 16) % 16 == 0; @/ return; }
    if (k == 32) { /@ assert m: (s * 8192 + p * 32) % 32 == 0; @/ return; }
    if (k == 64) { /@ assert m: (s * 8192 + p * 64) % 64 == 0; @/ return; }
    if (k == 128) { /@ assert m: (s * 8192 + p * 128) % 128 == 0; @/ return; }
    if (k == 256) { /@ assert m: (s * 8192 + p * 256) % 256 == 0; @/ return; }
    if (k == 512) { /@ assert m: (s * 8192 + p * 512) % 512 == 0; @/ return; }
    if (k == 1024) { /@ assert m: (s * 8192 + p * 1024) % 1024 == 0; @/ return; }
    if (k == 2048) { /@ assert m: (s * 8192 + p * 2048) % 2048 == 0; @/ return; }
    if (k == 4096) { /@ assert m: (s * 8192 + p * 4096) % 4096 == 0; @/ return; }
    /@ assert m: (s * 8192 + p * 8192) % 8192 == 0; @/
  }
*/

/* A multiple of a multiple of k is one of k. */
/*@ ghost
  /@ requires power: POWER(k);
   @ requires size: z % k == 0;
   @ requires range: i <= 1024 && z <= 32768;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures multiple: (s * 8192 + i * z) % k == 0;
   @/
  static void lemma_times(unsigned s, unsigned i, unsigned z, unsigned k) {
    unsigned q = z / k;
    /@ assert size: z == q * k; @/
    /@ assert product: i * z == (i * q) * k; @/
    lemma_multiple_of(s, i * q, k);
  }
*/

/*@ ghost
  void lemma_aligned(unsigned s, unsigned i, unsigned z) {
    lemma_times(s, i, z, 8);
    if (z % 16 == 0) { lemma_times(s, i, z, 16); }
    if (z % 32 == 0) { lemma_times(s, i, z, 32); }
    if (z % 64 == 0) { lemma_times(s, i, z, 64); }
    if (z % 128 == 0) { lemma_times(s, i, z, 128); }
    if (z % 256 == 0) { lemma_times(s, i, z, 256); }
    if (z % 512 == 0) { lemma_times(s, i, z, 512); }
    if (z % 1024 == 0) { lemma_times(s, i, z, 1024); }
    if (z % 2048 == 0) { lemma_times(s, i, z, 2048); }
    if (z % 4096 == 0) { lemma_times(s, i, z, 4096); }
    if (z % 8192 == 0) { lemma_times(s, i, z, 8192); }
  }
*/

/* A size above that of class k - 1 is above those of all classes before. */
/*@ ghost
  /@ requires class: 1 <= k < CLASSES;
   @ requires above: ClassSize[k - 1] < n;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures all: \forall integer c; 1 <= c < k ==> ClassSize[c] < n;
   @/
  static void lemma_sizes_below(unsigned k, unsigned n) {
    unsigned b = k;
    /@ loop invariant range: 1 <= b <= k;
     @ loop invariant above: ClassSize[b - 1] < n;
     @ loop invariant all: \forall integer c; b <= c < k ==> ClassSize[c] < n;
     @ loop assigns b;
     @ loop variant b;
     @/
    while (b > 1) {
      b = b - 1;
      lemma_entry(b);
    }
  }
*/

/* A size below n, or below a and not 0, fits no n bytes at multiples of a. */
/*@ ghost
  /@ requires class: 1 <= k < CLASSES;
   @ requires align: 1 <= a;
   @ requires below: \forall integer c; 1 <= c < k ==>
   @   ClassSize[c] < n || ClassSize[c] < a;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures all: \forall integer c; 1 <= c < k ==>
   @   ClassSize[c] < n || ClassSize[c] % a != 0;
   @/
  static void lemma_sizes_unfit(unsigned k, unsigned n, unsigned a) {
    unsigned b = 1;
    /@ loop invariant range: 1 <= b <= k;
     @ loop invariant all: \forall integer c; 1 <= c < b ==>
     @   ClassSize[c] < n || ClassSize[c] % a != 0;
     @ loop assigns b;
     @ loop variant k - b;
     @/
    while (b < k) {
      lemma_entry(b);
      /@ assert small: ClassSize[b] < a ==> ClassSize[b] % a == ClassSize[b]; @/
      b = b + 1;
    }
  }
*/

#define CASE_8(k) \
  (i == (k) ==> 1 <= size_to_class8[i] < CLASSES && \
   malloc_to_class8[i] == (i == 3 ? 4 : size_to_class8[i]) && \
   ClassSize[size_to_class8[i] - 1] + 8 <= 8 * i && \
   8 * i <= ClassSize[size_to_class8[i]])

/* Entry i of size_to_class8 is the least class that holds 8 i bytes, and the
 * class before holds no more than 8 (i - 1); malloc's table differs at 3. */
/*@ ghost
  /@ requires index: 1 <= i <= 128;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures all: CASE_8(i);
   @/
  static void lemma_8(unsigned i) {
    /@ assert i1: SIXTY(CASE_8, 1); @/
    /@ assert i61: SIXTY(CASE_8, 61); @/
    /@ assert i121: FOUR(CASE_8, 121) && FOUR(CASE_8, 125); @/
  }
*/

#define CASE_128(k) \
  (i == (k) ==> 1 <= size_to_class128[i] < CLASSES && \
   ClassSize[size_to_class128[i] - 1] + 128 <= 1024 + 128 * i && \
   1024 + 128 * i <= ClassSize[size_to_class128[i]])

/* Entry i of size_to_class128 is the least class that holds 1024 + 128 i
 * bytes, and the class before holds no more than 1024 + 128 (i - 1). */
/*@ ghost
  /@ requires index: 0 <= i <= 248;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures all: CASE_128(i);
   @/
  static void lemma_128(unsigned i) {
    /@ assert i0: SIXTY(CASE_128, 0); @/
    /@ assert i60: SIXTY(CASE_128, 60); @/
    /@ assert i120: SIXTY(CASE_128, 120); @/
    /@ assert i180: SIXTY(CASE_128, 180); @/
    /@ assert i240: FOUR(CASE_128, 240) && FOUR(CASE_128, 244); @/
    /@ assert i248: CASE_128(248); @/
  }
*/

/* ---- A class's numbers ---- */

LM_CORE unsigned class_size(unsigned c)
{
  /*@ ghost lemma_table(c); */
  return rows[c].size;
}

LM_CORE unsigned class_slots(unsigned c)
{
  /*@ ghost lemma_table(c); */
  return rows[c].slots;
}

LM_CORE unsigned class_pages(unsigned c)
{
  /*@ ghost lemma_table(c); */
  return pages_table[c];
}

/* ---- A size to its class ---- */

LM_CORE unsigned class_of_size(unsigned n)
{
  unsigned i, c;
  if (n <= 1024u - 8u) {
    i = (n + 7u) / 8u;
    /*@ ghost lemma_8(i); */
    c = size_to_class8[i];
  } else {
    i = (n - 897u) / 128u;
    /*@ ghost lemma_128(i); */
    c = size_to_class128[i];
  }
  /*@ ghost lemma_sizes_below(c, n); */
  return c;
}

LM_CORE unsigned class_of_aligned(unsigned n, unsigned align)
{
  unsigned c = class_of_size(n < align ? align : n);
  /*@ ghost lemma_sizes_unfit(c, n, align); */
  /*@ loop invariant range: 1 <= c <= CLASSES;
    @ loop invariant fits: c < CLASSES ==> ClassSize[c] >= n;
    @ loop invariant least: \forall integer b; 1 <= b < c ==>
    @   ClassSize[b] < n || ClassSize[b] % align != 0;
    @ loop assigns c;
    @ loop variant CLASSES - c;
    @*/
  while (c < CLASSES) {
    if (class_size(c) % align == 0u) {
      return c;
    }
    c = c + 1u;
    /*@ ghost if (c < CLASSES) lemma_entry(c); */
  }
  return 0u;
}

LM_CORE unsigned class_of_malloc(unsigned n)
{
  unsigned i, c;
  if (LM_LIKELY(n <= 1024u - 8u)) {
    i = (n + 7u) / 8u;
    /*@ assert none: malloc_to_class8[0] == 1; */
    /*@ ghost
      if (n != 0) {
        lemma_8(i);
        lemma_sizes_below(size_to_class8[i], n);
        lemma_multiple(3);
      }
    */
    c = malloc_to_class8[i];
  } else {
    i = (n - 897u) / 128u;
    /*@ ghost
      lemma_128(i);
      lemma_sizes_below(size_to_class128[i], n);
    */
    c = size_to_class128[i];
  }
  /*@ ghost lemma_multiple(c); */
  return c;
}

/* ---- An offset to its slot ---- */

/* Division finds the slot that starts at d, and d lies in the span's pages. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures entry: CLASS_CASE(c);
   @ ensures start: \forall integer i; 0 <= i < ClassSlots[c] ==>
   @   d == i * ClassSize[c] ==>
   @   d / ClassSize[c] == i && d < ClassPages[c] * 8192;
   @/
  static void lemma_starts(unsigned c, unsigned d) {
    lemma_entry(c);
    unsigned z = ClassSize[c];
    unsigned n = ClassSlots[c];
    unsigned i = 0;
    /@ assert floor: (d / z) * z <= d < (d / z) * z + z; @/
    /@ loop invariant range: 0 <= i <= n;
     @ loop invariant start: \forall integer j; 0 <= j < i ==>
     @   d == j * z ==> d / z == j && d < ClassPages[c] * 8192;
     @ loop assigns i;
     @ loop variant n - i;
     @/
    while (i < n) {
      lemma_slot_room(i, n, z);
      lemma_slot_apart(i, d / z, z);
      i = i + 1;
    }
  }
*/

#if WORD_BITS == 64u

#define MAGIC_CASE(k) \
  (c == (k) ==> 4294967296 <= rows[c].magic * ClassSize[c] < \
   4294967296 + ClassSize[c] && rows[c].magic <= 536870912)

/* The factor of class c is 2^32 / ClassSize[c], rounded up. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures magic: MAGIC_CASE(c);
   @/
  static void lemma_magic(unsigned c) {
    /@ assert c1: SIXTY(MAGIC_CASE, 1); @/
    /@ assert c61: FOUR(MAGIC_CASE, 61) && FOUR(MAGIC_CASE, 64) && MAGIC_CASE(69); @/
  }
*/

/* A common factor can be cancelled. */
/*@ ghost
  /@ requires less: z * x < z * y;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures less: x < y;
   @/
  static void lemma_cancel(word z, word x, word y) {
    /@ assert scaled: y <= x ==> z * y <= z * x; @/
  }
*/

/* Multiplication by m = ceil(2^32 / z) and division by 2^32 is division by z
 * for d up to ten pages: the error e = m z - 2^32 is so small that d e does
 * not reach 2^32. */
/*@ ghost
  /@ requires size: 1 <= z <= 32768;
   @ requires factor: m * z == 4294967296 + e;
   @ requires error: e < z;
   @ requires offset: d <= 81920;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures exact: d * m / 4294967296 == d / z;
   @/
  static void lemma_divide(word d, word m, word z, word e) {
    word q = d / z;
    /@ assert floor: q * z <= d < (q + 1) * z; @/
    lemma_product(d, e, 81920, 32767);
    lemma_scale(q * z, d, m);
    lemma_scale(4294967296UL, m * z, q);
    /@ assert least: q * 4294967296 <= d * m; @/
    /@ assert product: d * (m * z) < (d + 1) * 4294967296; @/
    /@ assert high: z * (d * m) < z * ((q + 1) * 4294967296); @/
    lemma_cancel(z, d * m, (q + 1) * 4294967296UL);
  }
*/

LM_CORE unsigned class_slot(unsigned c, unsigned d)
{
  /*@ ghost
    if (c != 0 && c != 68) {
      lemma_starts(c, d);
      lemma_magic(c);
      if (d <= 81920) {
        word z = ClassSize[c];
        word m = rows[c].magic;
        lemma_divide(d, m, z, m * z - 4294967296UL);
      }
    }
  */
  /*@ assert fits: d * rows[c].magic <= 4294967295 * rows[c].magic; */
  return (unsigned)((word)d * rows[c].magic / 4294967296UL);
}

#else

LM_CORE unsigned class_slot(unsigned c, unsigned d)
{
  /*@ ghost
    lemma_table(c);
    if (c != 0 && c != 68) {
      lemma_starts(c, d);
    }
  */
  return rows[c].size == 0u ? 0u : d / rows[c].size;
}

#endif
