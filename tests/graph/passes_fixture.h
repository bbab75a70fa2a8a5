#pragma once

#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include <utility>

#include "graph/passes/simplify.h"
#include "support/traced_net.h"

namespace qs::test {

inline AtenArg t(ValueId value) {
    return TracedNet::tensor(value);
}
inline AtenArg plain(c10::IValue value) {
    return TracedNet::number(std::move(value));
}

/// Simplified, the network gives what it gave before.
inline void expectSame(TracedNet& net) {
    const auto before = net.results();
    simplify(net.graph);
    const auto after = net.results();
    ASSERT_EQ(after.size(), before.size());
    for (size_t i = 0; i < before.size(); ++i) {
        EXPECT_TRUE(at::allclose(after[i], before[i], 1e-4, 1e-5));
    }
}

}  // namespace qs::test
