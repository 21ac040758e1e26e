#include "crypto/aead.h"
#include "gcm.h"
#include "octets.h"

#if defined(__x86_64__)

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

namespace belfry::crypto {
namespace {

struct FreeLibrary {
  void operator()(IMB_MGR* library) const { free_mb_mgr(library); }
};
using Library = std::unique_ptr<IMB_MGR, FreeLibrary>;

// Of one message: the key's schedule and tables, and the right tag, wiped when it is done.
struct State {
  State(const IMB_MGR& library, View key) {
    IMB_AES256_GCM_PRE(&library, octets(key.data()), &expanded);
  }
  ~State() { OPENSSL_cleanse(this, sizeof *this); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  alignas(64) gcm_key_data expanded;
  alignas(64) gcm_context_data context;
  std::array<std::byte, kTagLength> tag{};
};

// Each call resets an error number of the whole process, which nobody reads.
class IpsecMbGcm : public Gcm {
 public:
  explicit IpsecMbGcm(Library library) : library_(std::move(library)) {}

  void seal(const GcmMessage& message, View plain, MutableView out,
            MutableView tag) const override {
    State state(*library_, message.key);
    IMB_AES256_GCM_ENC(library_, &state.expanded, &state.context, octets(out.data()),
                       octets(plain.data()), plain.size(), octets(message.nonce.data()),
                       octets(message.associated.data()), message.associated.size(),
                       octets(tag.data()), kTagLength);
  }

  bool open(const GcmMessage& message, View sealed, View tag, MutableView out) const override {
    State state(*library_, message.key);
    IMB_AES256_GCM_DEC(library_, &state.expanded, &state.context, octets(out.data()),
                       octets(sealed.data()), sealed.size(), octets(message.nonce.data()),
                       octets(message.associated.data()), message.associated.size(),
                       octets(state.tag.data()), kTagLength);
    return CRYPTO_memcmp(state.tag.data(), tag.data(), kTagLength) == 0;
  }

 private:
  const Library library_;
};

// The library asks the processor alone; whether the system keeps the wide registers, the compiler's
// own question tells.
bool are_registers_kept(std::uint64_t features) {
  return (!(features & IMB_FEATURE_AVX) || __builtin_cpu_supports("avx")) &&
         (!(features & IMB_FEATURE_AVX2) || __builtin_cpu_supports("avx2")) &&
         (!(features & IMB_FEATURE_AVX512F) || __builtin_cpu_supports("avx512f"));
}

// It tests itself when it begins.
std::unique_ptr<const Gcm> make_gcm() {
  Library library(alloc_mb_mgr(0));
  if (!library || !are_registers_kept(library->features)) return nullptr;
  init_mb_mgr_auto(library.get(), nullptr);
  constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_SELF_TEST_PASS;
  if (imb_get_errno(library.get()) != 0 || (library->features & kNeeded) != kNeeded) return nullptr;
  return std::make_unique<IpsecMbGcm>(std::move(library));
}

}  // namespace

const Gcm* ipsec_mb_gcm() {
  // Never freed: threads may seal until the process ends.
  static const Gcm* const gcm = make_gcm().release();
  return gcm;
}

}  // namespace belfry::crypto

#else

const belfry::crypto::Gcm* belfry::crypto::ipsec_mb_gcm() {
  return nullptr;
}

#endif
