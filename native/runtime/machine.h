#pragma once

namespace seqnn {

// Cores this process may use (its affinity, not the machine's count).
int usableCores();

// While one lives, this thread flushes denormals to zero: they cost a hundred cycles each and carry nothing here.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();

 private:
  unsigned long long saved_;
};

}  // namespace seqnn
