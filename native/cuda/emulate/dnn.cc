// cuDNN's functions on the host, for the few arguments that the backend gives them; others are refused.

#include "cuda/dnn.h"

#include "cuda/emulate/block.h"
#include "cuda/emulate/dnn_loops.h"

namespace seqnn {
namespace cuda {

struct cudnnContext {
  bool stream = false;
};
struct cudnnTensorStruct {
  DnnType type;
  int sizes[3];
};
struct cudnnDropoutStruct {
  bool none = false;
};
struct cudnnRNNStruct {
  DnnCell cell;
  DnnType type;
  int F, H;
};
struct cudnnRNNDataStruct {
  DnnType type;
  int T, B, size;
};

namespace {

using emulate::DnnData;
using emulate::DnnSizes;

constexpr int kBadParam = 2000, kNotSupported = 3000;

template <class T>
int make(T** made) {
  *made = new T();
  return kDnnSuccess;
}
template <class T>
int drop(T* it) {
  delete it;
  return kDnnSuccess;
}

int SetStream(DnnHandleT handle, void*) {
  handle->stream = true;
  return kDnnSuccess;
}

int SetTensorNdDescriptor(DnnTensorT tensor, DnnType type, int dims, const int* sizes, const int* strides) {
  if (dims != 3 || strides[2] != 1 || strides[1] != sizes[2] || strides[0] != sizes[1] * sizes[2]) return kNotSupported;
  *tensor = {type, {sizes[0], sizes[1], sizes[2]}};
  return kDnnSuccess;
}

int SetDropoutDescriptor(DnnDropoutT dropout, DnnHandleT, float rate, void*, size_t, unsigned long long) {
  dropout->none = rate == 0;
  return dropout->none ? kDnnSuccess : kNotSupported;
}

int SetRNNDescriptor_v8(DnnRnnT rnn, DnnAlgorithm, DnnCell cell, DnnBias, DnnDirection, DnnInput, DnnType type,
                        DnnType precision, DnnMath math, int32_t F, int32_t H, int32_t projection, int32_t layers,
                        DnnDropoutT dropout, uint32_t flags) {
  const bool plainMath = math == (type == DnnType::f32 ? DnnMath::fma : DnnMath::standard);
  if (precision != type || !plainMath || projection != H || layers != 1 || !dropout->none || flags != kDnnPadded)
    return kNotSupported;
  *rnn = {cell, type, F, H};
  return kDnnSuccess;
}

int SetRNNDataDescriptor(DnnSequenceT sequence, DnnType type, DnnOrder, int T, int B, int size, const int* lengths,
                         void* padding) {
  for (int b = 0; b < B; ++b) {
    if (lengths[b] != T) return kNotSupported;
  }
  if (T < 1 || B < 1 || size < 1 || !padding) return kBadParam;
  *sequence = {type, T, B, size};
  return kDnnSuccess;
}

size_t bytesOf(DnnType type) { return type == DnnType::f32 ? sizeof(float) : sizeof(double); }
DnnSizes sizesOf(DnnRnnT rnn, DnnSequenceT x) { return {rnn->cell, x ? x->T : 0, x ? x->B : 0, rnn->F, rnn->H}; }
size_t reserveBytes(DnnRnnT rnn, DnnSequenceT x) {
  return static_cast<size_t>(sizesOf(rnn, x).reserve()) * bytesOf(rnn->type);
}
size_t weightBytes(DnnRnnT rnn) { return static_cast<size_t>(sizesOf(rnn, nullptr).weights()) * bytesOf(rnn->type); }

// An inference works where a training pass keeps.
int GetRNNTempSpaceSizes(DnnHandleT, DnnRnnT rnn, DnnPass pass, DnnSequenceT x, size_t* work, size_t* reserve) {
  const size_t bytes = reserveBytes(rnn, x);
  *work = pass == DnnPass::inference ? bytes : 0;
  *reserve = pass == DnnPass::training ? bytes : 0;
  return kDnnSuccess;
}

int GetRNNWeightSpaceSize(DnnHandleT, DnnRnnT rnn, size_t* bytes) {
  *bytes = weightBytes(rnn);
  return kDnnSuccess;
}

int GetRNNWeightParams(DnnHandleT, DnnRnnT rnn, int32_t layer, size_t bytes, const void* weights, int32_t matrix,
                       DnnTensorT matrixShape, void** matrixAt, DnnTensorT biasShape, void** biasAt) {
  const DnnSizes n = sizesOf(rnn, nullptr);
  if (layer != 0 || bytes != weightBytes(rnn) || matrix < 0 || matrix >= 2 * n.gates()) return kBadParam;
  char* const base = static_cast<char*>(const_cast<void*>(weights));
  *matrixAt = base + static_cast<size_t>(n.matrixAt(matrix)) * bytesOf(rnn->type);
  *biasAt = base + static_cast<size_t>(n.biasAt(matrix)) * bytesOf(rnn->type);
  *matrixShape = {rnn->type, {1, rnn->H, static_cast<int>(n.rowOf(matrix))}};
  *biasShape = {rnn->type, {1, rnn->H, 1}};
  return kDnnSuccess;
}

// Whether the descriptions of a call fit each other.
bool fit(DnnHandleT handle, DnnRnnT rnn, const int32_t* lengths, DnnSequenceT x, DnnSequenceT y, DnnTensorT h,
         size_t weights) {
  return handle->stream && !lengths && x->T == y->T && x->B == y->B && x->size == rnn->F && y->size == rnn->H &&
         x->type == rnn->type && y->type == rnn->type && h->type == rnn->type && h->sizes[0] == 1 &&
         h->sizes[1] == x->B && h->sizes[2] == rnn->H && weights == weightBytes(rnn);
}
bool fitsMemory(DnnRnnT rnn, DnnTensorT h, DnnTensorT c) { return rnn->cell == DnnCell::lstm ? c == h : !c; }

// work(T()) is done in the order of the stream, with T the type of the data.
template <class Work>
int onStream(DnnRnnT rnn, const Work& work) {
  if (rnn->type == DnnType::f32) {
    emulate::submit([=] { work(float()); });
  } else {
    emulate::submit([=] { work(double()); });
  }
  return kDnnSuccess;
}

template <class T>
DnnData<T> dataOf(const DnnSizes& n, const void* x, const void* h0, const void* c0, const void* y, const void* weights,
                  void* reserve) {
  return {n,
          static_cast<const T*>(x),
          static_cast<const T*>(h0),
          static_cast<const T*>(c0),
          static_cast<T*>(const_cast<void*>(y)),
          static_cast<const T*>(weights),
          static_cast<T*>(reserve)};
}

int RNNForward(DnnHandleT handle, DnnRnnT rnn, DnnPass pass, const int32_t* lengths, DnnSequenceT xShape, const void* x,
               DnnSequenceT yShape, void* y, DnnTensorT h, const void* h0, void* hLast, DnnTensorT c, const void* c0,
               void* cLast, size_t weightSize, const void* weights, size_t workSize, void* work, size_t reserveSize,
               void* reserve) {
  const bool training = pass == DnnPass::training;
  if (!fit(handle, rnn, lengths, xShape, yShape, h, weightSize) || !fitsMemory(rnn, h, c) ||
      (training ? reserveSize : workSize) != reserveBytes(rnn, xShape))
    return kBadParam;
  const DnnSizes n = sizesOf(rnn, xShape);
  return onStream(rnn, [=](auto type) {
    using T = decltype(type);
    emulate::dnnForward(dataOf<T>(n, x, h0, c0, y, weights, training ? reserve : work), static_cast<T*>(hLast),
                        static_cast<T*>(cLast));
  });
}

int RNNBackwardData_v8(DnnHandleT handle, DnnRnnT rnn, const int32_t* lengths, DnnSequenceT yShape, const void* y,
                       const void* dy, DnnSequenceT xShape, void* dx, DnnTensorT h, const void* h0, const void* dhLast,
                       void* dh0, DnnTensorT c, const void* c0, const void* dcLast, void* dc0, size_t weightSize,
                       const void* weights, size_t, void*, size_t reserveSize, void* reserve) {
  if (!fit(handle, rnn, lengths, xShape, yShape, h, weightSize) || !fitsMemory(rnn, h, c) || !dy || !dx ||
      reserveSize != reserveBytes(rnn, xShape))
    return kBadParam;
  const DnnSizes n = sizesOf(rnn, xShape);
  return onStream(rnn, [=](auto type) {
    using T = decltype(type);
    emulate::dnnBackwardData(dataOf<T>(n, nullptr, h0, c0, y, weights, reserve), static_cast<const T*>(dy),
                             static_cast<const T*>(dhLast), static_cast<const T*>(dcLast), static_cast<T*>(dx),
                             static_cast<T*>(dh0), static_cast<T*>(dc0));
  });
}

int RNNBackwardWeights_v8(DnnHandleT handle, DnnRnnT rnn, DnnSum, const int32_t* lengths, DnnSequenceT xShape,
                          const void* x, DnnTensorT h, const void* h0, DnnSequenceT yShape, const void* y,
                          size_t weightSize, void* dWeights, size_t, void*, size_t reserveSize, void* reserve) {
  if (!fit(handle, rnn, lengths, xShape, yShape, h, weightSize) || reserveSize != reserveBytes(rnn, xShape))
    return kBadParam;
  const DnnSizes n = sizesOf(rnn, xShape);
  return onStream(rnn, [=](auto type) {
    using T = decltype(type);
    emulate::dnnBackwardWeights(dataOf<T>(n, x, h0, nullptr, y, nullptr, reserve), static_cast<T*>(dWeights));
  });
}

constexpr auto Create = make<cudnnContext>;
constexpr auto Destroy = drop<cudnnContext>;
constexpr auto CreateTensorDescriptor = make<cudnnTensorStruct>;
constexpr auto DestroyTensorDescriptor = drop<cudnnTensorStruct>;
constexpr auto CreateDropoutDescriptor = make<cudnnDropoutStruct>;
constexpr auto DestroyDropoutDescriptor = drop<cudnnDropoutStruct>;
constexpr auto CreateRNNDescriptor = make<cudnnRNNStruct>;
constexpr auto DestroyRNNDescriptor = drop<cudnnRNNStruct>;
constexpr auto CreateRNNDataDescriptor = make<cudnnRNNDataStruct>;
constexpr auto DestroyRNNDataDescriptor = drop<cudnnRNNDataStruct>;

}  // namespace

DnnFunctions openDnn() {
  DnnFunctions all;
#define SEQNN_DNN(name, ...) all.name = name;
#include "cuda/dnn_functions.def"
  all.GetVersion = [] { return size_t{90000}; };
  all.GetErrorString = [](int status) { return status == kBadParam ? "a bad parameter" : "not supported"; };
  return all;
}

}  // namespace cuda
}  // namespace seqnn
