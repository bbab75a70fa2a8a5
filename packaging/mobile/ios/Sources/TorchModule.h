#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

/// A network in PyTorch's lite interpreter, for Swift.
@interface TorchModule : NSObject

- (nullable instancetype)initWithPath:(NSString *)path error:(NSError **)error;

/// The network's first output for one tensor of float32 `numbers` with these extents.
- (nullable NSArray<NSNumber *> *)runOn:(NSData *)numbers
                                  shape:(NSArray<NSNumber *> *)shape
                                  error:(NSError **)error NS_SWIFT_NAME(run(on:shape:));

@end

NS_ASSUME_NONNULL_END
