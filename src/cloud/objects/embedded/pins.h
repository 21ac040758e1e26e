// Which files are being read, so that one which is released meanwhile goes only afterwards.
#pragma once

#include "objects/engine.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace belfry::objects {

// Safe to use from any thread. What it gives out may outlive it.
class Pins {
 public:
  // `drop` is called, from any thread and outside of locks, for a released file that nobody reads
  // any more.
  using Drop = std::function<void(const segments::FilePosition&)>;
  explicit Pins(Drop drop) : table_(std::make_shared<Table>()) { table_->drop = std::move(drop); }
  ~Pins() { close(); }

  std::shared_ptr<void> pin(const Entry& entry);
  void release(const std::vector<segments::FilePosition>& files);
  // `drop` is not called any more.
  void close();

 private:
  struct Use {
    unsigned readers = 0;
    bool released = false;
  };
  struct Table {
    std::mutex mutex;
    std::map<segments::FilePosition, Use> uses;
    Drop drop;
  };
  struct Pin {
    std::shared_ptr<Table> table;
    std::vector<segments::FilePosition> files;
    ~Pin();
  };
  std::shared_ptr<Table> table_;
};

}  // namespace belfry::objects
