// OpenSSL's objects with an owner.
#pragma once

#include <memory>

namespace belfry::crypto {

template <auto free_function>
struct OpenSslFree {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

template <class T, auto free_function>
using OpenSslPointer = std::unique_ptr<T, OpenSslFree<free_function>>;

}  // namespace belfry::crypto
