#include "base/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace belfry {

void ensure_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: a guarantee of the program does not hold: %s\n", file, line,
               condition);
  std::abort();
}

}  // namespace belfry
