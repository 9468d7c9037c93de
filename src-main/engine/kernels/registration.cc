#include <exception>
#include <mutex>

#include "tensorflow-c.h"

// Makes the kernels known to TensorFlow when Node loads this library. Node-API is declared here as far as it is used.
extern "C" int napi_throw_error(void* environment, const char* code, const char* message);

/** What Node calls when it loads the library: once in each of its threads that does. */
extern "C" void* napi_register_module_v1(void* environment, void* exports) {
  static std::once_flag once;
  try {
    std::call_once(once, [] {
      registerBatchNorm();
      registerChannelSums();
      registerConvolution();
      registerFilterGradient();
      registerRecurrent();
      registerSoftmaxLoss();
    });
  } catch (const std::exception& error) {
    napi_throw_error(environment, nullptr, error.what());
  }
  return exports;
}
