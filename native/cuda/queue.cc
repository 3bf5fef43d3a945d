#include "cuda/queue.h"

namespace seqnn {
namespace cuda {

Queue::Queue()
    : ThreadPool(1), stream_(openStream()), event_(openEvent()), fault_(static_cast<Fault*>(allocate(sizeof(Fault)))) {}

Queue::~Queue() {
  blas_.reset();  // before the stream that they work on
  dnn_.reset();
  release(fault_);
  closeEvent(event_);
  closeStream(stream_);
}

Blas& Queue::blas() {
  if (!blas_) blas_ = std::make_unique<Blas>(stream_);
  return *blas_;
}

DnnHandleT Queue::dnn() {
  if (!dnn_) {
    auto made = std::make_unique<DnnHandle>();
    checkDnn(cuda::dnn().SetStream(made->get(), stream_), "choosing a stream");
    dnn_ = std::move(made);
  }
  return dnn_->get();
}

void Queue::follow(const Queue& other) {
  recordEvent(other.event_, other.stream_);
  waitForEvent(stream_, other.event_);
}

void Queue::finish() {
  Fault fault{};
  download(stream_, &fault, fault_, sizeof fault);
  if (fault.kind == 0) return;
  clear(stream_, fault_, sizeof fault);
  const char* what = fault.kind == static_cast<int>(FaultKind::label)    ? "softmaxCrossEntropy: label"
                     : fault.kind == static_cast<int>(FaultKind::gather) ? "gather: index"
                                                                         : "scatterAdd: index";
  fail("%s %d at position %lld is outside [0, %lld)", what, fault.value, static_cast<long long>(fault.position),
       static_cast<long long>(fault.limit));
}

}  // namespace cuda
}  // namespace seqnn
