#include "runtime/body_kernels.h"

#include "runtime/scan.h"
#include "runtime/shards.h"

namespace seqnn {

const std::vector<BodyKernel>& bodyKernels() {
  static const std::vector<BodyKernel> all = {{"scan", createScan}, {"shards", createShards}};
  return all;
}

void checkParameters(const char* op, const Program& body, const std::vector<size_t>& rooms) {
  for (const Buffer& b : body.buffers) {
    if (b.home != Home::parameter) continue;
    const size_t room = b.place < rooms.size() ? rooms[b.place] : 0;
    if (bytesOf(b.value) > room)
      fail("%s: parameter %zu has %zu bytes, the body reads %zu", op, b.place, room, bytesOf(b.value));
  }
}

}  // namespace seqnn
