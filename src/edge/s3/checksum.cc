#include "checksum.h"

#include "base/ascii.h"
#include "base/crc32c.h"
#include "base/text_encoding.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace belfry::s3 {
namespace {

struct Kind {
  ChecksumKind kind;
  std::string_view header, name;
  std::size_t length;
};

constexpr Kind kKinds[] = {
    {ChecksumKind::kCrc32, "x-amz-checksum-crc32", "CRC32", 4},
    {ChecksumKind::kCrc32c, "x-amz-checksum-crc32c", "CRC32C", 4},
    {ChecksumKind::kCrc64Nvme, "x-amz-checksum-crc64nvme", "CRC64NVME", 8},
    {ChecksumKind::kSha1, "x-amz-checksum-sha1", "SHA1", 20},
    {ChecksumKind::kSha256, "x-amz-checksum-sha256", "SHA256", 32},
};

const Kind& entry(ChecksumKind kind) {
  return *std::ranges::find(kKinds, kind, &Kind::kind);
}

template <class T>
std::string to_base64_big_endian(T value) {
  std::array<std::byte, sizeof(T)> octets;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    octets[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
  return to_base64(octets);
}

template <class T>
T from_big_endian(View octets) {
  T value = 0;
  for (std::byte octet : octets) value = static_cast<T>(value << 8) | static_cast<T>(octet);
  return value;
}

// A reflected CRC, eight octets a step ("slicing by 8").
template <class T, T kPolynomial>
class SlicedCrc final : public Checksum {
 public:
  void update(View bytes) override {
    const auto& tables = all_tables();
    T crc = crc_;
    while (bytes.size() >= 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data(), 8);
      word ^= crc;
      crc = 0;
      for (int i = 0; i < 8; ++i) crc ^= tables[7 - i][(word >> (8 * i)) & 0xff];
      bytes = bytes.subspan(8);
    }
    for (std::byte octet : bytes)
      crc = tables[0][(crc ^ static_cast<T>(octet)) & 0xff] ^ (crc >> 8);
    crc_ = crc;
  }
  std::string finish() override { return to_base64_big_endian(static_cast<T>(~crc_)); }

 private:
  using Tables = std::array<std::array<T, 256>, 8>;

  static const Tables& all_tables() {
    static const Tables tables = [] {
      Tables made;
      for (unsigned i = 0; i < 256; ++i) {
        T crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
        made[0][i] = crc;
      }
      for (std::size_t table = 1; table < 8; ++table)
        for (std::size_t i = 0; i < 256; ++i) {
          T before = made[table - 1][i];
          made[table][i] = made[0][before & 0xff] ^ (before >> 8);
        }
      return made;
    }();
    return tables;
  }

  T crc_ = static_cast<T>(~T{0});
};

constexpr std::uint32_t kCrc32Polynomial = 0xedb88320u;
constexpr std::uint32_t kCrc32cPolynomial = 0x82f63b78u;
// NVM Express Base Specification 2.0, figure 106.
constexpr std::uint64_t kCrc64NvmePolynomial = 0x9a6c9329ac4bc9b5u;

using Crc32 = SlicedCrc<std::uint32_t, kCrc32Polynomial>;
using Crc64Nvme = SlicedCrc<std::uint64_t, kCrc64NvmePolynomial>;

// Polynomials over GF(2) modulo the CRC's, reflected: the highest bit is that of x^0.
template <class T>
T multiply(T a, T b, T polynomial) {
  T product = 0;
  for (T bit = T{1} << (8 * sizeof(T) - 1); bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? polynomial : 0);
  }
  return product;
}

// x^(8 * octets): what a CRC is multiplied by when so many octets follow.
template <class T>
T shift_of(std::uint64_t octets, T polynomial) {
  T result = T{1} << (8 * sizeof(T) - 1);
  T square = T{1} << (8 * sizeof(T) - 9);
  for (; octets != 0; octets >>= 1) {
    if ((octets & 1) != 0) result = multiply(result, square, polynomial);
    square = multiply(square, square, polynomial);
  }
  return result;
}

// What all ones before the first octet and the inversion at the end add cancels out.
template <class T>
std::optional<std::string> join(View first, View second, std::uint64_t second_size, T polynomial) {
  if (first.size() != sizeof(T) || second.size() != sizeof(T)) return std::nullopt;
  T joined = multiply(from_big_endian<T>(first), shift_of(second_size, polynomial), polynomial);
  return to_base64_big_endian(static_cast<T>(joined ^ from_big_endian<T>(second)));
}

class Crc32c final : public Checksum {
 public:
  void update(View bytes) override { crc_ = crc32c(bytes, crc_); }
  std::string finish() override { return to_base64_big_endian(crc_); }

 private:
  std::uint32_t crc_ = 0;
};

class Digested final : public Checksum {
 public:
  explicit Digested(crypto::Algorithm algorithm) : hasher_(algorithm) {}
  void update(View bytes) override { hasher_.update(bytes); }
  std::string finish() override { return to_base64(hasher_.finish()); }

 private:
  crypto::Hasher hasher_;
};

}  // namespace

std::string_view header_of(ChecksumKind kind) {
  return entry(kind).header;
}

std::string_view name_of(ChecksumKind kind) {
  return entry(kind).name;
}

std::size_t length_of(ChecksumKind kind) {
  return entry(kind).length;
}

std::optional<ChecksumKind> checksum_named(std::string_view header) {
  const auto* found = std::ranges::find_if(
      kKinds, [&](const Kind& kind) { return equal_without_case(kind.header, header); });
  if (found == std::end(kKinds)) return std::nullopt;
  return found->kind;
}

bool can_join(ChecksumKind kind) {
  return kind != ChecksumKind::kSha1 && kind != ChecksumKind::kSha256;
}

std::optional<std::string> joined(ChecksumKind kind, std::string_view first,
                                  std::string_view second, Bytes second_size) {
  auto a = from_base64(first), b = from_base64(second);
  if (!a || !b) return std::nullopt;
  switch (kind) {
    case ChecksumKind::kCrc32:
      return join(*a, *b, second_size.count, kCrc32Polynomial);
    case ChecksumKind::kCrc32c:
      return join(*a, *b, second_size.count, kCrc32cPolynomial);
    case ChecksumKind::kCrc64Nvme:
      return join(*a, *b, second_size.count, kCrc64NvmePolynomial);
    case ChecksumKind::kSha1:
    case ChecksumKind::kSha256:
      break;
  }
  return std::nullopt;
}

std::optional<ChecksumKind> algorithm_named(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  if (found == std::end(kKinds)) return std::nullopt;
  return found->kind;
}

std::unique_ptr<Checksum> make_checksum(ChecksumKind kind) {
  switch (kind) {
    case ChecksumKind::kCrc32:
      return std::make_unique<Crc32>();
    case ChecksumKind::kCrc32c:
      return std::make_unique<Crc32c>();
    case ChecksumKind::kCrc64Nvme:
      return std::make_unique<Crc64Nvme>();
    case ChecksumKind::kSha1:
      return std::make_unique<Digested>(crypto::Algorithm::kSha1);
    case ChecksumKind::kSha256:
      return std::make_unique<Digested>(crypto::Algorithm::kSha256);
  }
  return nullptr;
}

}  // namespace belfry::s3
