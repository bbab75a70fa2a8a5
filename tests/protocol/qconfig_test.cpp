#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/json.h"
#include "protocol/messages.h"

namespace qs::protocol {
namespace {

using nlohmann::json;

QConfig fourBits() {
    QConfig qconfig{"onednn"};
    qconfig.mode = "static";
    qconfig.activation.observer = "percentile";
    qconfig.activation.parameters = {{"percentile", 99.9}};
    qconfig.weight.dtype = "int4";
    qconfig.weight.group = 32;
    qconfig.weight.quant_min = -7;
    return qconfig;
}

TEST(QConfig, APresetAloneIsItsName) {
    EXPECT_EQ(json(QConfig{"x86"}), "x86");
    EXPECT_EQ(json("x86").get<QConfig>(), QConfig{"x86"});
    EXPECT_EQ(json({{"preset", "x86"}}).get<QConfig>(), QConfig{"x86"});
}

TEST(QConfig, WhatDiffersStandsInJsonAlone) {
    const json written = fourBits();
    EXPECT_EQ(written, json::parse(R"({"preset": "onednn", "mode": "static",
        "activation": {"observer": "percentile", "parameters": {"percentile": 99.9}},
        "weight": {"dtype": "int4", "group": 32, "quant_min": -7}})"));
    EXPECT_EQ(written.get<QConfig>(), fourBits());
}

TEST(QConfig, TextGoesBothWays) {
    const std::string text = textOf(fourBits());
    EXPECT_EQ(text,
              "onednn,mode=static,activation.observer=percentile,activation.observer.percentile=99.9,"
              "weight.dtype=int4,weight.group=32,weight.quant_min=-7");
    const auto [parsed, problem] = parseQConfig(text);
    EXPECT_EQ(problem, "");
    EXPECT_EQ(parsed, fourBits());
    EXPECT_EQ(parseQConfig("qnnpack").qconfig, QConfig{"qnnpack"});
}

TEST(QConfig, TextWithoutAPresetDiffersFromTheBase) {
    const auto [parsed, problem] = parseQConfig("weight.group=64", fourBits());
    EXPECT_EQ(problem, "");
    QConfig expected = fourBits();
    expected.weight.group = 64;
    EXPECT_EQ(parsed, expected);
    EXPECT_EQ(parseQConfig("x86,weight.group=64", fourBits()).qconfig.weight.dtype, std::nullopt)
        << "a preset stands for itself";
}

TEST(QConfig, WhatIsWrongIsNamed) {
    const auto problemOf = [](const std::string& text) { return parseQConfig(text).problem; };
    EXPECT_EQ(problemOf("onednn,weight.group=many"), "weight.group: 'many' is no integer");
    EXPECT_EQ(problemOf("onednn,activation.observer.c=x"), "activation.observer.c: 'x' is no number");
    EXPECT_EQ(problemOf("onednn,tensorrt"),
              "'tensorrt' is no KEY=VALUE, and only what stands first is a preset");
    EXPECT_EQ(problemOf("onednn,weight.bits=4").substr(0, 40), "weight.bits: unknown: there are mode, ac");

    const auto errorOf = [](const char* text) -> std::string {
        try {
            (void)json::parse(text).get<Rule>();
        } catch (const JsonError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(errorOf(R"({"match": "layer", "key": "fc", "qconfig": {"preset": "x86", "wieght": {}}})"),
              "qconfig.wieght: unknown: there are activation, mode, preset, weight");
    EXPECT_EQ(errorOf(R"({"match": "layer", "key": "fc", "qconfig": {"weight": {"group": "4"}}})"),
              "qconfig.weight.group: expected an integer, found a string");
    EXPECT_EQ(errorOf(R"({"match": "layer", "kye": "fc"})"), "kye: unknown: there are key, match, qconfig");
    EXPECT_EQ(errorOf(R"({"qconfig": {"activation": {"parameters": {"percentile": "x"}}}})"),
              "qconfig.activation.parameters.percentile: expected a number, found a string");
}

TEST(QConfig, FormerNamesOfMembersAreRead) {
    const json old = json::parse(R"({"int8": {"top1": 90.5, "model_bytes": 7},
        "layers": [{"name": "fc", "int8_ms": 2.5, "int8_spread_ms": 0.5}],
        "boundaries": [{"name": "quantize fc", "op": "quantize", "int8_ms": 0.25}],
        "drop": {"metric": "top1", "only_int8": 3}})");
    const auto result = old.get<VariantResult>();
    EXPECT_EQ(result.variant.top1, 90.5);
    EXPECT_EQ(result.variant.model_bytes, 7);
    EXPECT_EQ(result.layers.at(0).variant_ms, 2.5);
    EXPECT_EQ(result.layers.at(0).variant_spread_ms, 0.5);
    EXPECT_EQ(result.boundaries.at(0).variant_ms, 0.25);
    EXPECT_EQ(result.drop->only_variant, 3);
    EXPECT_FALSE(json(result).contains("int8"));
}

}  // namespace
}  // namespace qs::protocol
