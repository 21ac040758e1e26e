#include "declarations.h"

#include <algorithm>

namespace belfry::registers {

std::span<const Declaration* const> declarations() {
  static constexpr const Declaration* kAll[] = {&kDocuments, &kSystems};
  return kAll;
}

const Declaration* find_declaration(std::string_view name) {
  const auto found = std::ranges::find(declarations(), name, &Declaration::name);
  return found == declarations().end() ? nullptr : *found;
}

}  // namespace belfry::registers
