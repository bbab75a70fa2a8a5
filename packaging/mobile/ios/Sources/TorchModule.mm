#import "TorchModule.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/mobile/import.h>
#include <torch/csrc/jit/mobile/module.h>

#include <exception>
#include <vector>

static NSError *errorFrom(const std::exception &exception) {
    NSString *text = [NSString stringWithUTF8String:exception.what()];
    return [NSError errorWithDomain:@"org.quantoscope.classifier"
                               code:1
                           userInfo:@{NSLocalizedDescriptionKey : text ? text : @"unknown error"}];
}

@implementation TorchModule {
    torch::jit::mobile::Module _module;
}

- (nullable instancetype)initWithPath:(NSString *)path error:(NSError **)error {
    self = [super init];
    if (!self) {
        return nil;
    }
    try {
        at::globalContext().setQEngine(at::QEngine::QNNPACK);
        _module = torch::jit::_load_for_mobile(path.UTF8String);
    } catch (const std::exception &exception) {
        if (error) {
            *error = errorFrom(exception);
        }
        return nil;
    }
    return self;
}

- (nullable NSArray<NSNumber *> *)runOn:(NSData *)numbers
                                  shape:(NSArray<NSNumber *> *)shape
                                  error:(NSError **)error {
    try {
        std::vector<int64_t> extents;
        for (NSNumber *extent in shape) {
            extents.push_back(extent.longLongValue);
        }
        c10::InferenceMode inference;
        at::Tensor input = at::from_blob(const_cast<void *>(numbers.bytes), extents, at::kFloat).clone();
        at::Tensor output = _module.forward({input}).toTensor().to(at::kFloat).contiguous();
        NSMutableArray<NSNumber *> *result = [NSMutableArray arrayWithCapacity:output.numel()];
        for (int64_t i = 0; i < output.numel(); ++i) {
            [result addObject:@(output.data_ptr<float>()[i])];
        }
        return result;
    } catch (const std::exception &exception) {
        if (error) {
            *error = errorFrom(exception);
        }
        return nil;
    }
}

@end
