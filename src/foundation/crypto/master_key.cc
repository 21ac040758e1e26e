#include "master_key.h"

#include "base/text_encoding.h"
#include "crypto/aead.h"

#include <openssl/crypto.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace belfry::crypto {

namespace {

// 64 hexadecimal digits and a line end: it can be printed and typed in again.
constexpr std::size_t kTextLength = 2 * kKeyLength;

}  // namespace

Result<Buffer> make_master_key(Disk& folder, const std::string& name, Random& random) {
  Buffer key(kKeyLength);
  random.fill(key);
  std::string text = to_hex(key) + "\n";
  auto made = replace_file(folder, name, as_view(text),
                           {SyncPoint::kMasterKey, SyncPoint::kMasterKeyDirectory}, {});
  OPENSSL_cleanse(text.data(), text.size());
  if (!made) return std::unexpected(made.error());
  return key;
}

Result<Buffer> read_master_key(Disk& folder, const std::string& name) {
  TRY(auto file, folder.open(name, Access::kRead));
  std::string text(kTextLength + 2, '\0');
  TRY(std::size_t got, file->read_at(0, std::as_writable_bytes(std::span(text))));
  text.resize(got);
  if (text.ends_with('\n')) text.pop_back();
  auto key = text.size() == kTextLength ? from_hex(text) : std::nullopt;
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) return fail(Code::kCorrupt, "keystore.master_key_malformed");
  return std::move(*key);
}

Result<Buffer> load_master_key(const std::string& path, MissingKey missing, Random& random) {
  const std::filesystem::path full = std::filesystem::absolute(path);
  TRY(auto folder, open_disk(full.parent_path().string()));
  const std::string name = full.filename().string();
  struct stat facts{};
  if (::stat(full.c_str(), &facts) != 0) {
    if (errno == ENOENT && missing == MissingKey::kCreate)
      return make_master_key(*folder, name, random);
    return fail(Code::kNotFound, "keystore.master_key_missing",
                {{"path", path}, {"reason", std::strerror(errno)}});
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Code::kDenied, "keystore.master_key_open_to_others", {{"path", path}});
  auto key = read_master_key(*folder, name);
  if (!key) key.error().with("path", path);
  return key;
}

}  // namespace belfry::crypto
