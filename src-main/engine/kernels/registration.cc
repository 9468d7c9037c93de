#include <exception>
#include <mutex>

#include "tensorflow-c.h"

// The Node-API module that registers the kernels with TensorFlow. Declares the part of Node-API that it uses.
extern "C" int napi_throw_error(void* environment, const char* code, const char* message);

/** Node calls it once in each thread that loads the library. */
extern "C" void* napi_register_module_v1(void* environment, void* exports) {
  static std::once_flag once;
  try {
    std::call_once(once, [] {
      registerBatchNorm();
      registerChannelSum();
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
