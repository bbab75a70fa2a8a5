#include "runtime/loops/strided_copy.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

namespace qs::runtime {

namespace {

struct Case {
    std::vector<int64_t> shape, from, to;
    int64_t fromSize = 1, toSize = 1;  ///< elements that the strides reach
};

/// Axes in a random order in memory, the innermost ones sometimes with room between their rows.
std::pair<std::vector<int64_t>, int64_t> randomStrides(const std::vector<int64_t>& shape,
                                                       std::mt19937& random) {
    std::vector<size_t> order(shape.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    std::vector<int64_t> strides(shape.size());
    int64_t next = 1;
    for (const size_t axis : order) {
        strides[axis] = next;
        next *= std::max<int64_t>(shape[axis], 1);
        next += random() % 4 == 0 ? static_cast<int64_t>(random() % 5) : 0;
    }
    return {strides, next};
}

Case randomCase(std::mt19937& random) {
    Case one;
    for (size_t rank = random() % 6; rank > 0; --rank) {
        const int64_t limits[] = {1, 3, 5, 20, 70};
        one.shape.push_back(1 + static_cast<int64_t>(random() % static_cast<uint64_t>(limits[random() % 5])));
        if (std::accumulate(one.shape.begin(), one.shape.end(), int64_t{1}, std::multiplies<>()) > 30000) {
            one.shape.back() = 1;
        }
    }
    std::tie(one.from, one.fromSize) = randomStrides(one.shape, random);
    std::tie(one.to, one.toSize) = randomStrides(one.shape, random);
    return one;
}

template <typename T>
void expectCopied(const Case& one, std::mt19937& random) {
    std::vector<T> x(static_cast<size_t>(one.fromSize)), y(static_cast<size_t>(one.toSize), T{7});
    for (T& element : x) {
        element = static_cast<T>(random());
    }
    std::vector<T> expected = y;
    const int64_t count =
        std::accumulate(one.shape.begin(), one.shape.end(), int64_t{1}, std::multiplies<>());
    for (int64_t i = 0; i < count; ++i) {
        int64_t rest = i, from = 0, to = 0;
        for (size_t axis = one.shape.size(); axis-- > 0;) {
            from += rest % one.shape[axis] * one.from[axis];
            to += rest % one.shape[axis] * one.to[axis];
            rest /= one.shape[axis];
        }
        expected[static_cast<size_t>(to)] = x[static_cast<size_t>(from)];
    }
    StridedCopy(one.shape, one.from, one.to, sizeof(T)).run(x.data(), y.data());
    ASSERT_TRUE(y == expected) << sizeof(T) << " bytes, rank " << one.shape.size();
}

TEST(StridedCopies, PutEveryElementInItsPlaceAndTouchNoOther) {
    const int before = omp_get_max_threads();
    std::mt19937 random(11);
    for (int i = 0; i < 400; ++i) {
        omp_set_num_threads(1 + i % 2);
        const Case one = randomCase(random);
        expectCopied<uint8_t>(one, random);
        expectCopied<uint16_t>(one, random);
        expectCopied<uint32_t>(one, random);
        expectCopied<uint64_t>(one, random);
    }
    omp_set_num_threads(before);
}

TEST(StridedCopies, OfNothingAndOfOneElement) {
    const uint8_t x = 5;
    uint8_t y = 0;
    StridedCopy({}, {}, {}, 1).run(&x, &y);
    EXPECT_EQ(y, 5);
    const std::vector<int64_t> empty{3, 0}, strides{1, 1};
    StridedCopy(empty, strides, strides, 1).run(nullptr, nullptr);
}

}  // namespace

}  // namespace qs::runtime
