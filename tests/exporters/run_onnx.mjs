// Runs an exported ONNX model in ONNX Runtime (npm package onnxruntime-node).
//
//     node run_onnx.mjs NODE_MODULES MODEL INPUT SHAPE OUTPUT OPTIMIZED
//
// INPUT and OUTPUT hold float32 numbers, SHAPE is the input's ("4,3,32,32"); the graph as ONNX Runtime fused it
// is written to OPTIMIZED. Exit code 77: the package is not in NODE_MODULES.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, model, source, shape, target, optimized] = process.argv.slice(2);

let runtime;
try {
    runtime = createRequire(resolve(nodeModules, 'index.js'))('onnxruntime-node');
} catch (error) {
    console.log(`onnxruntime-node is not in ${nodeModules}: ${error.message.split('\n')[0]}`);
    process.exit(77);
}

const session = await runtime.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: optimized,
    logSeverityLevel: 3,
});
const bytes = readFileSync(source);
const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const x = new runtime.Tensor('float32', numbers, shape.split(',').map(Number));
const results = await session.run({ [session.inputNames[0]]: x });
const y = results[session.outputNames[0]].data;
writeFileSync(target, new Uint8Array(y.buffer, y.byteOffset, y.byteLength));
