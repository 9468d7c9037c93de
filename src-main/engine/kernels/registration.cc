#include <cstring>
#include <exception>
#include <mutex>
#include <string>

#include "convolution.h"
#include "recurrent.h"
#include "simd-kernels.h"
#include "tensorflow-c.h"

// The Node-API module that registers the kernels with TensorFlow. Declares the part of Node-API that it uses.
extern "C" int napi_throw_error(void* environment, const char* code, const char* message);
extern "C" int napi_create_string_utf8(void* environment, const char* text, size_t length, void** result);

namespace {

/** The constants that TypeScript needs, as JSON; `kernelConstantsSchema` in kernels.ts is their schema. */
std::string constants() {
  std::string operations;
  for (const char* name : operationNames) operations += (operations.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  const auto field = [](const char* name, int64_t value) {
    return "\"" + std::string(name) + "\":" + std::to_string(value) + ",";
  };
  return "{" + field("lanes", simdKernels().lanes) + field("pixelLanes", pixelLanes) +
         field("maxKernelRows", maxKernelRows) + field("winogradOutputs", winogradOutputs) +
         field("winogradTaps", winogradTaps) + "\"operations\":[" + operations + "]}";
}

}  // namespace

/** Node calls it once in each thread that loads the library. @returns the module's exports: `constants()` */
extern "C" void* napi_register_module_v1(void* environment, void* exports) {
  static std::once_flag once;
  try {
    std::call_once(once, [] {
      registerBatchNorm();
      registerChannelSum();
      registerConvolution();
      registerRecurrent();
      registerSoftmaxLoss();
    });
    const std::string json = constants();
    napi_create_string_utf8(environment, json.c_str(), json.size(), &exports);
  } catch (const std::exception& error) {
    napi_throw_error(environment, nullptr, error.what());
  }
  return exports;
}
