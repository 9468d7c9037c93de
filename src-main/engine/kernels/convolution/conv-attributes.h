#pragma once

#include "kernels.h"
#include "tensorflow-c.h"

/** The attributes of Conv2D and its gradients. */
struct ConvAttributes {
  int64_t strideHeight, strideWidth;
  /** Padding is SAME, else VALID. */
  bool same;
};

/** The attributes in a TF_OpDefinitionBuilder's form. */
inline const std::vector<const char*> convAttributeSpecs{"T: {float}", "strides: list(int)",
                                                         "padding: {'SAME', 'VALID'}"};

/** Creates a ConvAttributes as the state of a kernel. @returns null after a failure, which is reported to TensorFlow */
void* createConvAttributes(TF_OpKernelConstruction* context);
void deleteConvAttributes(void* attributes);

/** The shape that an int32 tensor of four elements holds. @throws std::invalid_argument if it does not */
Shape4 shapeValue(const Tensor& tensor);

/** @throws std::invalid_argument if the channels of images and filter differ */
ConvParams convParams(const ConvAttributes& attributes, const Shape4& images, const Shape4& filter);

/** @throws std::invalid_argument if dy does not have the shape of the output */
void checkOutputGradient(const ConvParams& params, const Shape4& dy);
