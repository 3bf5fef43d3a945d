#include <cuda_runtime.h>

#include "cuda/memory.h"
#include "runtime/error.h"

namespace seqnn {
namespace cuda {
namespace {

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // an error that does not stick must not be reported twice
  fail("gpu: %s: %s (%s)", what, cudaGetErrorString(status), cudaGetErrorName(status));
}

cudaStream_t streamOf(void* stream) { return static_cast<cudaStream_t>(stream); }

}  // namespace

int countDevices(std::string* reason) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    cudaGetLastError();
    *reason = status == cudaErrorInsufficientDriver
                  ? "no NVIDIA driver, or one older than CUDA " + std::to_string(CUDART_VERSION / 1000) + " needs"
                  : cudaGetErrorString(status);
    return 0;
  }
  if (count == 0) *reason = "the driver finds no device";
  return count;
}

DeviceInfo describeDevice(int device) {
  cudaDeviceProp properties;
  int driver = 0, runtime = 0;
  check(cudaGetDeviceProperties(&properties, device), "asking for a device's properties");
  check(cudaDriverGetVersion(&driver), "asking for the driver's version");
  check(cudaRuntimeGetVersion(&runtime), "asking for the runtime's version");
  const auto version = [](int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); };
  return {properties.name, "driver " + version(driver) + ", runtime " + version(runtime), properties.totalGlobalMem};
}

void useDevice(int device) { check(cudaSetDevice(device), "choosing the device"); }

void* allocate(size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes ? bytes : 1);
  if (status != cudaSuccess) {
    cudaGetLastError();
    size_t free = 0, total = 0;
    cudaMemGetInfo(&free, &total);
    fail("gpu: %.1f MB were asked for, %.1f of its %.1f MB are free: %s", static_cast<double>(bytes) / 1e6,
         static_cast<double>(free) / 1e6, static_cast<double>(total) / 1e6, cudaGetErrorString(status));
  }
  // On the default stream, which the streams of openStream() do not wait for.
  check(cudaMemset(memory, 0, bytes ? bytes : 1), "clearing memory");
  check(cudaStreamSynchronize(nullptr), "clearing memory");
  return memory;
}

// Without a check: it runs in destructors, also after the device was lost.
void release(void* memory) noexcept { cudaFree(memory); }

void* allocateHost(size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaHostAlloc(&memory, bytes ? bytes : 1, cudaHostAllocDefault);
  if (status != cudaSuccess) {
    cudaGetLastError();
    fail("gpu: the host does not give %.1f MB of locked memory: %s", static_cast<double>(bytes) / 1e6,
         cudaGetErrorString(status));
  }
  return memory;
}
void releaseHost(void* memory) noexcept { cudaFreeHost(memory); }

void* allocateShared(size_t bytes) {
  void* memory = nullptr;
  check(cudaMallocManaged(&memory, bytes ? bytes : 1), "allocating managed memory");
  return memory;
}

void* openStream() {
  cudaStream_t stream;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "opening a stream");
  return stream;
}
void closeStream(void* stream) noexcept { cudaStreamDestroy(streamOf(stream)); }
void synchronize(void* stream) { check(cudaStreamSynchronize(streamOf(stream)), "waiting for its work"); }

void upload(void* stream, void* to, const void* from, size_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, streamOf(stream)), "copying to it");
  synchronize(stream);
}
void download(void* stream, void* to, const void* from, size_t bytes) {
  if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, streamOf(stream)), "copying from it");
  synchronize(stream);
}
void copy(void* stream, void* to, const void* from, size_t bytes) {
  if (bytes > 0 && to != from)
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, streamOf(stream)), "copying on it");
}
void clear(void* stream, void* to, size_t bytes) {
  if (bytes > 0) check(cudaMemsetAsync(to, 0, bytes, streamOf(stream)), "clearing memory");
}

void copyAcross(void* stream, void* to, int toDevice, const void* from, int fromDevice, size_t bytes) {
  if (bytes > 0)
    check(cudaMemcpyPeerAsync(to, toDevice, from, fromDevice, bytes, streamOf(stream)), "copying from another");
}
void reachPeer(int device) {
  int own = 0, possible = 0;
  check(cudaGetDevice(&own), "asking for the device in use");
  check(cudaDeviceCanAccessPeer(&possible, own, device), "asking whether it reaches another");
  if (!possible) return;
  const cudaError_t status = cudaDeviceEnablePeerAccess(device, 0);
  if (status == cudaErrorPeerAccessAlreadyEnabled) {
    cudaGetLastError();
  } else {
    check(status, "reaching another");
  }
}

void* openEvent() {
  cudaEvent_t event;
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
  return event;
}
void closeEvent(void* event) noexcept { cudaEventDestroy(static_cast<cudaEvent_t>(event)); }
void recordEvent(void* event, void* stream) {
  check(cudaEventRecord(static_cast<cudaEvent_t>(event), streamOf(stream)), "marking a place in its work");
}
void waitForEvent(void* stream, void* event) {
  check(cudaStreamWaitEvent(streamOf(stream), static_cast<cudaEvent_t>(event), 0), "having it wait for another");
}

// Of this thread's calls only: another thread may allocate meanwhile.
void recordBegin(void* stream) {
  check(cudaStreamBeginCapture(streamOf(stream), cudaStreamCaptureModeThreadLocal), "recording a step");
}
void* recordEnd(void* stream) {
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(streamOf(stream), &graph), "recording a step");
  cudaGraphExec_t ready = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&ready, graph, 0);
  cudaGraphDestroy(graph);
  check(status, "making a graph of a step");
  return ready;
}
void replay(void* stream, void* recording) {
  check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(recording), streamOf(stream)), "running a recorded step");
}
void forget(void* recording) noexcept { cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(recording)); }

size_t sharedMemoryOfBlock() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "asking for the device in use");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
        "asking for its shared memory");
  return static_cast<size_t>(bytes);
}
void allowShared(const void* kernel, size_t bytes) {
  if (bytes <= 48 * 1024) return;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)),
        "giving a kernel more shared memory");
}
void checkLaunch() { check(cudaGetLastError(), "launching a kernel"); }

}  // namespace cuda
}  // namespace seqnn
