process PGXANA_ANNOTATE {
    tag "${meta.id}"
    label 'process_single'

    // To be published: these images are made from the bioconda package, which does not exist yet.
    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/pgx-ana:0.1.0--pyhdfd78af_0'
        : 'quay.io/biocontainers/pgx-ana:0.1.0--pyhdfd78af_0'}"

    input:
    tuple val(meta), path(vcf), path(index)

    output:
    tuple val(meta), path("${prefix}.tsv.gz"), emit: tsv
    tuple val(meta), path("${prefix}.jsonl.gz"), emit: json
    tuple val(meta), path("${prefix}_multiqc/*.pgx-ana.json"), emit: multiqc
    tuple val("${task.process}"), val('pgx-ana'), eval("pgx-ana --version | sed 's/^pgx-ana //;s/,.*//'"), topic: versions, emit: versions_pgxana

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    pgx-ana annotate \\
        ${args} \\
        ${args2} \\
        --output ${prefix}.tsv.gz \\
        ${vcf}

    pgx-ana annotate \\
        ${args} \\
        --quiet \\
        --output ${prefix}.jsonl.gz \\
        ${vcf}

    pgx-ana annotate \\
        ${args} \\
        --quiet \\
        --format multiqc \\
        --output ${prefix}_multiqc \\
        ${vcf}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo ${args}

    echo "" | gzip > ${prefix}.tsv.gz
    echo "" | gzip > ${prefix}.jsonl.gz
    mkdir ${prefix}_multiqc
    touch ${prefix}_multiqc/${prefix}.pgx-ana.json
    """
}
