/*
 * cxx.cpp - C++'s operators new and delete; run on the library.
 * Usage: cxx NAME; each case is a property of the operators.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>
#include "lemmalloc.h"

#define CHECK(x) check((x), #x, __LINE__)

static void check(bool good, const char *what, int line)
{
  if (!good) {
    std::printf("cxx.cpp:%d: %s\n", line, what);
    std::exit(1);
  }
}

/* The library ends the program if p is not its own object. */
static void *own(void *p, std::size_t n, std::size_t align = 8)
{
  CHECK(p != nullptr);
  CHECK(lm_malloc_usable_size(p) >= n);
  CHECK(reinterpret_cast<std::uintptr_t>(p) % (n > 8 && align < 16 ? 16 : align) == 0);
  std::memset(p, 1, n);
  return p;
}

static volatile std::size_t huge = SIZE_MAX / 2;
using std::align_val_t;
using std::nothrow;

/* The twenty forms, each new with each delete that fits it. */
static void forms()
{
  for (std::size_t n = 0; n < 100000; n += n / 2 + 1) {
    ::operator delete(own(::operator new(n), n));
    ::operator delete(own(::operator new(n), n), n);
    ::operator delete(own(::operator new(n, nothrow), n));
    ::operator delete(own(::operator new(n, nothrow), n), nothrow);
    ::operator delete[](own(::operator new[](n), n));
    ::operator delete[](own(::operator new[](n), n), n);
    ::operator delete[](own(::operator new[](n, nothrow), n));
    ::operator delete[](own(::operator new[](n, nothrow), n), nothrow);
    for (std::size_t a = 1; a <= 1 << 16; a *= 2) {
      align_val_t v{a};
      ::operator delete(own(::operator new(n, v), n, a), v);
      ::operator delete(own(::operator new(n, v), n, a), n, v);
      ::operator delete(own(::operator new(n, v, nothrow), n, a), v);
      ::operator delete(own(::operator new(n, v, nothrow), n, a), v, nothrow);
      ::operator delete[](own(::operator new[](n, v), n, a), v);
      ::operator delete[](own(::operator new[](n, v), n, a), n, v);
      ::operator delete[](own(::operator new[](n, v, nothrow), n, a), v);
      ::operator delete[](own(::operator new[](n, v, nothrow), n, a), v, nothrow);
    }
  }
  ::operator delete(nullptr);
  ::operator delete[](nullptr, align_val_t{64});
  void *p = ::operator new(0), *q = ::operator new(0);
  CHECK(p != q);
  ::operator delete(p), ::operator delete(q);
}

/* What new expressions make of them. */
struct alignas(256) Wide {
  char c[300];
};

static void expressions()
{
  std::unique_ptr<Wide> w(new Wide);
  std::unique_ptr<Wide[]> ws(new Wide[7]);
  own(w.get(), sizeof(Wide), 256);
  CHECK(reinterpret_cast<std::uintptr_t>(&ws[3]) % 256 == 0);
  std::map<std::string, std::vector<int>> m;
  for (int i = 0; i < 10000; i++) {
    m[std::to_string(i % 1000) + " is the number that this is about"].push_back(i);
  }
  CHECK(m.size() == 1000 && m.begin()->second.size() == 10);
  free(new int);                /* new and malloc are one heap */
  delete[] static_cast<char *>(malloc(100));
}

template <class F> static bool throws(F f)
{
  try {
    f();
  } catch (const std::bad_alloc &) {
    return true;
  }
  return false;
}

static void *volatile got;

/* Destructors between throw and catch run. */
static int destroyed;
struct Guard {
  ~Guard() { destroyed++; }
};

static void bad_alloc()
{
  align_val_t v{64}, big{SIZE_MAX / 2 + 1}, odd{24};
  CHECK(throws([] { Guard g; got = ::operator new(huge); }));
  CHECK(throws([] { Guard g; got = ::operator new(SIZE_MAX); }));
  CHECK(throws([] { Guard g; got = ::operator new[](huge); }));
  CHECK(throws([=] { Guard g; got = ::operator new(huge, v); }));
  CHECK(throws([=] { Guard g; got = ::operator new[](huge, v); }));
  CHECK(throws([=] { Guard g; got = ::operator new(1, big); }));
  CHECK(throws([=] { Guard g; got = ::operator new(1, odd); }));
  CHECK(throws([] { Guard g; std::vector<char> c(huge - 1); }));
  CHECK(destroyed == 8);
  CHECK(::operator new(huge, nothrow) == nullptr);
  CHECK(::operator new[](huge, nothrow) == nullptr);
  CHECK(::operator new(huge, v, nothrow) == nullptr);
  CHECK(::operator new[](huge, v, nothrow) == nullptr);
  CHECK(::operator new(1, odd, nothrow) == nullptr);
}

/* Called until it gives up: by throwing, or by taking itself away. */
static int calls;
static void handler()
{
  if (++calls % 3 == 0) {
    std::set_new_handler(nullptr);
  }
}

struct Other : std::bad_alloc {
};

static void thrower()
{
  throw Other();
}

static void new_handler()
{
  align_val_t v{64};
  std::set_new_handler(handler);
  CHECK(throws([] { got = ::operator new(huge); }) && calls == 3);
  std::set_new_handler(handler);
  CHECK(throws([=] { got = ::operator new[](huge, v); }) && calls == 6);
  std::set_new_handler(handler);
  CHECK(::operator new(huge, nothrow) == nullptr && calls == 9);
  std::set_new_handler(handler);
  CHECK(::operator new(huge, v, nothrow) == nullptr && calls == 12);
  std::set_new_handler(thrower);
  try {
    got = ::operator new(huge);
    CHECK(false);
  } catch (const Other &) {
    calls++;
  }
  CHECK(calls == 13);
  CHECK(::operator new(huge, nothrow) == nullptr);
  CHECK(::operator new[](huge, v, nothrow) == nullptr);
  std::set_new_handler(handler);
  delete new int;
  CHECK(calls == 13);
}

/* Memory that is really used up; the handler gives some back. */
static std::vector<char *> hoard;
static void release()
{
  calls++;
  for (char *p : hoard) {
    delete[] p;
  }
  hoard.clear();
}

static void exhaustion()
{
  hoard.reserve(1 << 20);
  std::set_new_handler(release);
  while (calls == 0) {
    hoard.push_back(new char[100000]);
  }
  CHECK(calls == 1 && hoard.size() == 1);
}

static const struct {
  const char *name;
  void (*run)();
} cases[] = {
  { "forms", forms },
  { "expressions", expressions },
  { "bad_alloc", bad_alloc },
  { "new_handler", new_handler },
  { "exhaustion", exhaustion },
};

int main(int argc, char **argv)
{
  for (auto &c : cases) {
    if (argc == 2 && std::strcmp(c.name, argv[1]) == 0) {
      c.run();
      return 0;
    }
  }
  std::puts("cxx: no such case");
  return 2;
}
